import { z } from 'zod';
import { MAX_INPUTS } from './limits.js';
import { LFO_SHAPES, MAX_LFO_PERIOD, MIN_LFO_PERIOD } from './lfo-shapes.js';

const channel = z.number().int().min(0).max(16);
const rawNumber = z.number().min(-1e9).max(1e9);
const sevenBits = z.number().int().min(0).max(127);

/** Where an input's raw value (0..1) comes from. MIDI channel 0 means any. */
export const inputSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pad') }),
  z.strictObject({ kind: z.literal('host') }),
  z.strictObject({
    kind: z.literal('cc'),
    channel,
    controller: sevenBits,
    bits: z.union([z.literal(7), z.literal(14)]),
  }),
  z.strictObject({ kind: z.literal('pitch-bend'), channel }),
  z.strictObject({ kind: z.literal('channel-pressure'), channel }),
  z.strictObject({ kind: z.literal('poly-pressure'), channel, note: sevenBits }),
  z.strictObject({ kind: z.literal('note-pitch'), channel, low: sevenBits, high: sevenBits }),
  z.strictObject({ kind: z.literal('note-velocity'), channel }),
  z.strictObject({
    kind: z.literal('osc'),
    address: z.string().regex(/^\/[!-~]{0,199}$/),
    argument: z.number().int().min(0).max(31),
    /** What the sender sends at the two ends of its control, in its own unit; 0 and 1 where left out. `low` may be the greater one. */
    low: rawNumber.optional(),
    high: rawNumber.optional(),
  }),
  z.strictObject({ kind: z.literal('gamepad'), axis: z.number().int().min(0).max(31) }),
  z.strictObject({
    kind: z.literal('lfo'),
    shape: z.enum(LFO_SHAPES),
    /** Of one cycle, in `unit`; a beat is a quarter note. */
    period: z.number().min(MIN_LFO_PERIOD).max(MAX_LFO_PERIOD),
    unit: z.enum(['beats', 'seconds']),
    /** Where the cycle stands at the start of the song, 0..1 of it. */
    phase: z.number().min(0).max(1),
    /** Of the random shapes: another seed gives other values, the same seed the same in every bounce. */
    seed: z.number().int().min(0).max(0xffff),
  }),
]);
export type InputSource = z.infer<typeof inputSourceSchema>;

/** One axis of the performance space. */
export const inputSchema = z.strictObject({
  name: z.string().min(1).max(60),
  source: inputSourceSchema,
  /** The part of 0..1 that the source's full range is mapped to. */
  range: z
    .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
    .refine(([low, high]) => low <= high, 'the low end is above the high end'),
  /** Response curve: 0 is linear, positive starts slowly, negative starts fast. */
  curve: z.number().min(-1).max(1),
  inverted: z.boolean(),
  /** The value when the preset is recalled, 0..1. */
  value: z.number().min(0).max(1),
});
export type Input = z.infer<typeof inputSchema>;

/** Whether a source moves its input without a hand or the host: the document's value is then where the input rests afterwards. */
export const movesByItself = ({ source }: Pick<Input, 'source'>): boolean => source.kind === 'lfo';

export const inputsSchema = z.array(inputSchema).min(1).max(MAX_INPUTS);
