import { z } from 'zod';
import { MAX_GAMEPAD_CONTROLS, MAX_PARAMETER_NUMBER } from './limits.js';

/** MIDI channel 1..16; 0 is any. */
export const midiChannelSchema = z.number().int().min(0).max(16);
export const sevenBitsSchema = z.number().int().min(0).max(127);
export const oscAddressSchema = z.string().regex(/^\/[!-~]{0,199}$/);

const channel = midiChannelSchema;
/** What a sensor sends at an end of its range, in its own unit. */
const rawNumber = z.number().min(-1e9).max(1e9);

const cc = z.strictObject({
  kind: z.literal('cc'),
  channel,
  controller: sevenBitsSchema,
  bits: z.union([z.literal(7), z.literal(14)]),
});
/** A non-registered parameter number: controllers 99 and 98 select it, 6 and 38 set it, 96 and 97 step it (MIDI 1.0). */
const nrpn = z.strictObject({
  kind: z.literal('nrpn'),
  channel,
  number: z.number().int().min(0).max(MAX_PARAMETER_NUMBER),
});
const pitchBend = z.strictObject({ kind: z.literal('pitch-bend'), channel });
const channelPressure = z.strictObject({ kind: z.literal('channel-pressure'), channel });
const polyPressure = z.strictObject({ kind: z.literal('poly-pressure'), channel, note: sevenBitsSchema });
const osc = z.strictObject({
  kind: z.literal('osc'),
  address: oscAddressSchema,
  argument: z.number().int().min(0).max(31),
  /** What the sender sends at the two ends of its control, in its own unit; 0 and 1 where left out. `low` may be the greater one. */
  low: rawNumber.optional(),
  high: rawNumber.optional(),
});
/** One axis of a gamepad, −1..1; axes of several gamepads are counted on. */
const gamepad = z.strictObject({
  kind: z.literal('gamepad'),
  axis: z
    .number()
    .int()
    .min(0)
    .max(MAX_GAMEPAD_CONTROLS - 1),
  /** The part of the axis that is used; −1 and 1 where left out. `low` may be the greater one. */
  low: z.number().min(-1).max(1).optional(),
  high: z.number().min(-1).max(1).optional(),
});
/** A button or trigger of a gamepad, 0..1; those of several gamepads are counted on. */
const gamepadButton = z.strictObject({
  kind: z.literal('gamepad-button'),
  button: z
    .number()
    .int()
    .min(0)
    .max(MAX_GAMEPAD_CONTROLS - 1),
  /** The part of the way that is used; 0 and 1 where left out. `low` may be the greater one. */
  low: z.number().min(0).max(1).optional(),
  high: z.number().min(0).max(1).optional(),
});

/** What can drive an input of the performance space as well as a control of Tiller. */
export const SHARED_SOURCES = [
  cc,
  nrpn,
  pitchBend,
  channelPressure,
  polyPressure,
  osc,
  gamepad,
  gamepadButton,
] as const;

/** What a control of Tiller can be assigned to. */
export const controllerSourceSchema = z.discriminatedUnion('kind', [
  ...SHARED_SOURCES,
  /** A key of a keyboard or a drum pad: pressed or not. */
  z.strictObject({ kind: z.literal('note'), channel, note: sevenBitsSchema }),
  /** A key of the computer's keyboard, by its value in the page (`KeyboardEvent.key`), letters in lower case. */
  z.strictObject({ kind: z.literal('key'), key: z.string().min(1).max(20) }),
]);
export type ControllerSource = z.infer<typeof controllerSourceSchema>;
