import { z } from 'zod';
import { AUDIO_DESCRIPTORS, DESCRIPTOR_SCALES, MAX_FOLLOW_MILLISECONDS } from './audio-descriptors.js';
import { SHARED_SOURCES, midiChannelSchema, sevenBitsSchema } from './controller-source.js';
import { MAX_INPUTS } from './limits.js';
import { LFO_SHAPES, MAX_LFO_PERIOD, MIN_LFO_PERIOD } from './lfo-shapes.js';

const channel = midiChannelSchema;
/** Largest bend of a note (MPE 1.0: RPN 0 of a member channel is 0 to 96). */
const MAX_BEND_SEMITONES = 96;

const followMilliseconds = z.number().min(0).max(MAX_FOLLOW_MILLISECONDS);

/** The audio that comes in, as the model gets it. */
const audioSourceSchema = z
  .strictObject({
    kind: z.literal('audio'),
    descriptor: z.enum(AUDIO_DESCRIPTORS),
    /** Time constants for rising and falling; 0 follows at once. */
    attackMilliseconds: followMilliseconds,
    releaseMilliseconds: followMilliseconds,
    /** What 0 and 1 mean, in the descriptor's unit; null where the range follows what was heard. */
    heard: z.tuple([z.number(), z.number()]).nullable(),
  })
  .refine(({ descriptor, heard }) => {
    const { low, high } = DESCRIPTOR_SCALES[descriptor];
    return heard === null || (heard[0] >= low && heard[0] < heard[1] && heard[1] <= high);
  }, 'the range of what is heard is not within that of its descriptor');

/** Where an input's raw value (0..1) comes from. MIDI channel 0 means any. */
export const inputSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pad') }),
  z.strictObject({ kind: z.literal('host') }),
  ...SHARED_SOURCES,
  z.strictObject({ kind: z.literal('note-pitch'), channel, low: sevenBitsSchema, high: sevenBitsSchema }),
  z.strictObject({ kind: z.literal('note-velocity'), channel }),
  /** One of the three movements of the last note of an MPE zone. */
  z.strictObject({
    kind: z.literal('mpe'),
    zone: z.enum(['lower', 'upper']),
    dimension: z.enum(['bend', 'slide', 'pressure']),
    /** Dimension `bend` only: the bend, in semitones up or down, that covers the input. */
    semitones: z.number().min(1).max(MAX_BEND_SEMITONES).optional(),
  }),
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
  audioSourceSchema,
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

/** Whether a source moves its input without the player or the host: the document's value is then where the input rests afterwards. */
export const movesByItself = ({ source }: Pick<Input, 'source'>): boolean =>
  source.kind === 'lfo' || source.kind === 'audio';

export const inputsSchema = z.array(inputSchema).min(1).max(MAX_INPUTS);
