import { z } from 'zod';
import { MAX_INPUTS, MAX_LATENTS, MAX_RATE, MIN_RATE } from '../document/limits.js';
import { PARAMETERS } from '../document/parameters.js';
import { editSchema } from '../document/edit.js';

/** Longest JSON message that a page may send, in bytes: an edit of 128 latents with room to spare. */
export const MAX_COMMAND_BYTES = 256 * 1024;

const index = (count: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(count - 1);
const name = z.string().trim().min(1).max(120);
const presetId = z.string().min(1).max(200);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const port = z.number().int().min(1024).max(65_535);
const seven = z.number().int().min(0).max(127);
const bare = <T extends string>(type: T) => z.strictObject({ type: z.literal(type) });

/** What the pad is painted with: the mapping evaluated over the plane of two inputs. */
export const mapRequestSchema = z.strictObject({
  /** Principal directions of all latents, one latent, how sure the regressors are, or the level to expect. */
  mode: z.enum(['latents', 'dimension', 'certainty', 'loudness']),
  x: index(MAX_INPUTS),
  y: index(MAX_INPUTS),
  dimension: index(MAX_LATENTS),
});
export type MapRequest = z.infer<typeof mapRequestSchema>;
export type MapMode = MapRequest['mode'];

export const liveSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('loop'), id: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal('file') }),
  z.strictObject({ kind: z.literal('microphone') }),
]);
export type LiveSource = z.infer<typeof liveSourceSchema>;

/** A MIDI device as the machine names it. */
export const deviceNameSchema = z.string().min(1).max(200);

export const oscSettingsSchema = z.strictObject({
  receive: z.boolean(),
  receivePort: port,
  /** Also take every argument of `/wek/inputs` as one input each, as Wekinator's helpers send them. */
  wekinator: z.boolean(),
  /** Send the inputs that move, to this machine only. */
  send: z.boolean(),
  sendPort: port,
  /** Send the latents and the level, too, about thirty times a second. */
  sendLatents: z.boolean(),
  /** Send what the mapping gives as Wekinator's `/wek/outputs`. */
  sendWekinator: z.boolean(),
});
export type OscSettings = z.infer<typeof oscSettingsSchema>;

/** Everything a page may ask of the engine. Unknown types, unknown fields and values out of bounds are refused. */
export const commandSchema = z.discriminatedUnion('type', [
  // the document
  z.strictObject({
    type: z.literal('edit'),
    edit: editSchema,
    /** Edits of one gesture share a key and make one step of the history. */
    coalesce: z.string().min(1).max(64).optional(),
  }),
  bare('undo'),
  bare('redo'),
  // playing
  z.strictObject({
    type: z.literal('parameter'),
    index: index(PARAMETERS.length),
    /** In the parameter's own unit. */
    value: z.number(),
    gesture: z.enum(['begin', 'move', 'end']).optional(),
    origin: z.enum(['page', 'gamepad']).optional(),
  }),
  z.strictObject({
    type: z.literal('hold'),
    dimension: index(MAX_LATENTS),
    value: z.number().min(-1000).max(1000).nullable(),
  }),
  bare('release-all'),
  z.strictObject({ type: z.literal('randomise'), radius: z.number().min(0).max(1) }),
  z.strictObject({ type: z.literal('capture'), label: z.string().max(120) }),
  z.strictObject({ type: z.literal('audition'), example: z.string().min(1).max(64).nullable() }),
  z.strictObject({
    type: z.literal('midi'),
    status: z.number().int().min(0x80).max(0xef),
    data1: seven,
    data2: seven,
  }),
  // learning
  z.strictObject({ type: z.literal('learn-midi'), input: index(MAX_INPUTS).nullable() }),
  bare('train'),
  bare('cancel-training'),
  z.strictObject({ type: z.literal('paint-map'), map: mapRequestSchema.nullable() }),
  // presets and models
  bare('new-preset'),
  z.strictObject({ type: z.literal('open-preset'), id: presetId }),
  bare('save-preset'),
  z.strictObject({ type: z.literal('save-preset-as'), name }),
  z.strictObject({ type: z.literal('rename-preset'), id: presetId, name }),
  z.strictObject({ type: z.literal('duplicate-preset'), id: presetId }),
  z.strictObject({ type: z.literal('delete-preset'), id: presetId }),
  /** Brings back what `delete-preset` took away, as long as the engine runs. */
  z.strictObject({ type: z.literal('restore-preset'), id: presetId }),
  z.strictObject({ type: z.literal('select-model'), sha256 }),
  /** Ends the import that `library.importing` shows; one that is done already stays. */
  z.strictObject({ type: z.literal('cancel-import'), id: z.number().int().min(0) }),
  z.strictObject({ type: z.literal('remove-model'), sha256 }),
  /** Brings back what `remove-model` took away. */
  z.strictObject({ type: z.literal('restore-model'), sha256 }),
  // the live session
  z.strictObject({ type: z.literal('play'), playing: z.boolean() }),
  z.strictObject({ type: z.literal('source'), source: liveSourceSchema }),
  z.strictObject({ type: z.literal('buffer'), milliseconds: z.number().min(5).max(1000) }),
  /** This window is the speaker from now on; its worklet asks for audio by `audio-credit`. */
  z.strictObject({ type: z.literal('audio-open'), rate: z.number().int().min(MIN_RATE).max(MAX_RATE) }),
  z.strictObject({
    type: z.literal('audio-credit'),
    frames: z.number().int().min(1).max(65_536),
    /** Blocks that the speaker had to leave silent since it opened. */
    underruns: z.number().int().min(0),
  }),
  bare('audio-close'),
  // hands
  z.strictObject({
    type: z.literal('recorder'),
    action: z.enum(['record', 'overdub', 'play', 'stop', 'clear']),
  }),
  z.strictObject({ type: z.literal('osc'), settings: oscSettingsSchema }),
  z.strictObject({ type: z.literal('midi-port'), name: deviceNameSchema.nullable() }),
]);
export type Command = z.infer<typeof commandSchema>;

/** A command on the wire. With `request`, the engine answers `done` or `failed` with the same number. */
export const envelopeSchema = z.strictObject({
  request: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  command: commandSchema,
});
export type Envelope = z.infer<typeof envelopeSchema>;
