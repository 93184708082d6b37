import { z } from 'zod';
import {
  MAX_INPUTS,
  MAX_LATENTS,
  MAX_LATENT_VALUE,
  MAX_RATE,
  MAX_TEMPO,
  MIN_RATE,
  MIN_TEMPO,
} from '../document/limits.js';
import { PARAMETERS } from '../document/parameters.js';
import { actionReferenceSchema, assignmentFields, assignmentSchema } from '../document/assignment-schema.js';
import { controllerSourceSchema } from '../document/controller-source.js';
import { editSchema } from '../document/edit.js';
import { LOOP_SLOTS } from '../document/loop-slots.js';
import { MIDI_CLOCK } from './midi-clock.js';
import { MAX_FIXED_LATENCY, MIN_FIXED_LATENCY } from './plugin.js';
import { programSchema, programSettingsSchema } from './programs.js';

/** Longest JSON message of a page, in bytes. */
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
const assignmentId = assignmentSchema.shape.id;
const bare = <T extends string>(type: T) => z.strictObject({ type: z.literal(type) });

/** A map for the pad: the mapping evaluated over the plane of two inputs. */
export const mapRequestSchema = z.strictObject({
  /** Principal components of all latents, one latent, the regressors' confidence, or the expected level. */
  mode: z.enum(['latents', 'dimension', 'confidence', 'loudness']),
  x: index(MAX_INPUTS),
  y: index(MAX_INPUTS),
  dimension: index(MAX_LATENTS),
});
export type MapRequest = z.infer<typeof mapRequestSchema>;
export type MapMode = MapRequest['mode'];

export const liveSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('loop'), id: z.string().min(1).max(200) }),
  /** A file of the list, by its number. */
  z.strictObject({ kind: z.literal('file'), id: z.number().int().min(1) }),
  z.strictObject({ kind: z.literal('microphone') }),
]);
export type LiveSource = z.infer<typeof liveSourceSchema>;

/** What plays when a file of the list has ended: the same file again, the next one, or any other one. */
export const playOrderSchema = z.enum(['repeat', 'list', 'random']);
export type PlayOrder = z.infer<typeof playOrderSchema>;

const fileId = z.number().int().min(1);
const seconds = z.number().min(0).max(1e6);

/** The operating system's name of a MIDI device. */
export const deviceNameSchema = z.string().min(1).max(200);

export const oscSettingsSchema = z.strictObject({
  receive: z.boolean(),
  /** Also receive from other machines of the network; else from this one only. */
  network: z.boolean(),
  receivePort: port,
  /** Also map each argument of `/wek/inputs` to one input, as Wekinator's tools send them. */
  wekinator: z.boolean(),
  /** Send the inputs as they move, to this machine only. */
  send: z.boolean(),
  sendPort: port,
  /** Also send latents and level, about 30 times a second. */
  sendLatents: z.boolean(),
  /** Send the mapping's outputs as Wekinator's `/wek/outputs`. */
  sendWekinator: z.boolean(),
});
export type OscSettings = z.infer<typeof oscSettingsSchema>;

/** What a window remembers from one opening to the next. */
export const rememberedViewSchema = z.strictObject({
  /** Null where it follows the system. */
  theme: z.enum(['dark', 'light']).nullable(),
  panel: z.string().max(40),
  singleKeys: z.boolean(),
  firstSteps: z.enum(['first-time', 'done']),
});
export type RememberedView = z.infer<typeof rememberedViewSchema>;

/** Every command of a page. Unknown types, unknown fields and values out of bounds are refused. */
export const commandSchema = z.discriminatedUnion('type', [
  // the document
  z.strictObject({
    type: z.literal('edit'),
    edit: editSchema,
    /** Edits in a row with the same key are one step of the undo history. */
    coalesce: z.string().min(1).max(64).optional(),
  }),
  bare('undo'),
  bare('redo'),
  /** Exchanges the document for the other of the two that are compared, A and B. */
  bare('compare'),
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
    value: z.number().min(-MAX_LATENT_VALUE).max(MAX_LATENT_VALUE).nullable(),
    /** Set where the page keeps moving it, as in a sweep: the hold then ends with the page. */
    whileOpen: z.literal(true).optional(),
  }),
  bare('release-all'),
  z.strictObject({ type: z.literal('randomise'), radius: z.number().min(0).max(1) }),
  /** Goes back to what was held before the last random draw (−1), or forward again (1). */
  z.strictObject({ type: z.literal('step-draw'), by: z.union([z.literal(-1), z.literal(1)]) }),
  z.strictObject({ type: z.literal('capture'), label: z.string().max(120) }),
  /** Keeps the loop that repeats, or would repeat, in a slot from 0. */
  z.strictObject({ type: z.literal('keep-loop'), slot: index(LOOP_SLOTS) }),
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
  /** Adds the examples that the preset keeps for the model `from`, at the places of the present model that sound most like them. */
  z.strictObject({ type: z.literal('carry-examples'), from: sha256 }),
  bare('cancel-carry'),
  /** Has another model's encoder hear the track; null for the model's own. `adapted`: its latents are changed to those of the model. */
  z.strictObject({ type: z.literal('listen-with'), sha256: sha256.nullable(), adapted: z.boolean() }),
  bare('cancel-listen-with'),
  /** Adds sounds of the present model that differ, placed on the plane of two inputs, and has them learned. */
  z.strictObject({
    type: z.literal('map-model'),
    x: index(MAX_INPUTS),
    y: index(MAX_INPUTS),
    /** What the vertical axis means; with `likeness`, neighbours sound alike. */
    layout: z.enum(['loudness', 'noisiness', 'likeness']),
    /** Of the draws: another seed, another map. */
    seed: z.number().int().min(0).max(0xffffffff),
    /** Of the audio files that were uploaded with `MAP_QUERY`; left out, of what the track played lately. */
    gathered: z.literal(true).optional(),
  }),
  bare('cancel-map'),
  // presets and models
  /** An empty instrument that plays `model`, or else the present model. */
  z.strictObject({ type: z.literal('new-preset'), model: sha256.optional() }),
  z.strictObject({ type: z.literal('open-preset'), id: presetId }),
  bare('save-preset'),
  z.strictObject({ type: z.literal('save-preset-as'), name }),
  z.strictObject({ type: z.literal('rename-preset'), id: presetId, name }),
  z.strictObject({ type: z.literal('duplicate-preset'), id: presetId }),
  z.strictObject({ type: z.literal('delete-preset'), id: presetId }),
  /** Restores the preset that was last deleted under this identifier: undoes `delete-preset`. */
  z.strictObject({ type: z.literal('restore-preset'), id: presetId }),
  z.strictObject({ type: z.literal('select-model'), sha256 }),
  /** Cancels the import that `library.importing` shows with this `id`; one that is complete stays. */
  z.strictObject({ type: z.literal('cancel-import'), id: z.number().int().min(0) }),
  /** Makes the light form of a model of the player's own anew; answered when that has been tried. */
  z.strictObject({ type: z.literal('try-light'), sha256 }),
  z.strictObject({ type: z.literal('remove-model'), sha256 }),
  /** Undoes `remove-model`. */
  z.strictObject({ type: z.literal('restore-model'), sha256 }),
  z.strictObject({
    type: z.literal('restore-from-trash'),
    kind: z.enum(['preset', 'model']),
    /** As the slice `trash` lists it. */
    token: z.string().min(1).max(255),
  }),
  /** Removes every preset and model in the trash for good. */
  bare('empty-trash'),
  z.strictObject({
    type: z.literal('favourite'),
    kind: z.enum(['preset', 'model']),
    /** A preset's identifier, or a model's SHA-256. */
    id: presetId,
    favourite: z.boolean(),
  }),
  /** What is left out stays as it is. */
  z.strictObject({ type: z.literal('programs'), settings: programSettingsSchema.partial() }),
  /** Has a program change recall a preset; null has it recall none. */
  z.strictObject({ type: z.literal('assign-program'), program: programSchema, preset: presetId.nullable() }),
  z.strictObject({ type: z.literal('remember-view'), view: rememberedViewSchema }),
  /** Fixes the latency that the plugin reports to its host; null has it follow the model. */
  z.strictObject({
    type: z.literal('fix-latency'),
    milliseconds: z.number().min(MIN_FIXED_LATENCY).max(MAX_FIXED_LATENCY).nullable(),
  }),
  // the live session
  z.strictObject({ type: z.literal('play'), playing: z.boolean() }),
  z.strictObject({ type: z.literal('source'), source: liveSourceSchema }),
  /** Goes to a position of the source, which must not be the microphone. */
  z.strictObject({ type: z.literal('seek'), seconds }),
  /** Sets the source's cue point. */
  z.strictObject({ type: z.literal('set-cue'), seconds }),
  /** Plays the file that is so many places further in the list, which begins again after its end. */
  z.strictObject({ type: z.literal('step-file'), by: z.union([z.literal(-1), z.literal(1)]) }),
  z.strictObject({ type: z.literal('remove-file'), id: fileId }),
  /** `to` is the file's new place in the list, from 0. */
  z.strictObject({ type: z.literal('move-file'), id: fileId, to: z.number().int().min(0).max(1000) }),
  z.strictObject({ type: z.literal('play-order'), order: playOrderSchema }),
  /** Quarter notes per minute of the live session. No effect while a MIDI clock is followed, nor have taps then. */
  z.strictObject({ type: z.literal('tempo'), perMinute: z.number().min(MIN_TEMPO).max(MAX_TEMPO) }),
  /** One tap on a quarter note; the tempo is that of the last taps. */
  bare('tap-tempo'),
  /** A clock message of a MIDI device of the browser: tick, start, continue or stop. */
  z.strictObject({
    type: z.literal('midi-clock'),
    status: z.literal(Object.values(MIDI_CLOCK)),
  }),
  z.strictObject({ type: z.literal('buffer'), milliseconds: z.number().min(5).max(1000) }),
  /** Makes this window the speaker; its worklet requests audio by `audio-credit`. `rate` in Hz. */
  z.strictObject({ type: z.literal('audio-open'), rate: z.number().int().min(MIN_RATE).max(MAX_RATE) }),
  z.strictObject({
    type: z.literal('audio-credit'),
    /** Samples per channel that may be sent in addition. */
    frames: z.number().int().min(1).max(65_536),
    /** Blocks without audio since the speaker opened. */
    underruns: z.number().int().min(0),
  }),
  bare('audio-close'),
  // controllers and recorder
  /** The next source that moves is assigned to the action: in the assignment `id`, or a new one. Null ends the wait. */
  z.strictObject({
    type: z.literal('learn-controller'),
    action: actionReferenceSchema.nullable(),
    id: assignmentId.optional(),
  }),
  z.strictObject({
    type: z.literal('assign-controller'),
    action: actionReferenceSchema,
    source: controllerSourceSchema,
  }),
  /** What is left out stays as it is. */
  z.strictObject({
    type: z.literal('edit-controller'),
    id: assignmentId,
    change: z.strictObject(assignmentFields).partial(),
  }),
  z.strictObject({ type: z.literal('remove-controller'), id: assignmentId }),
  /** A source of this page has moved, a gamepad or a key: in its own unit (an axis −1..1, buttons and keys 0..1). */
  z.strictObject({
    type: z.literal('control'),
    source: controllerSourceSchema,
    value: z.number().min(-1).max(1),
  }),
  /** Presses a trigger. */
  z.strictObject({ type: z.literal('trigger'), action: actionReferenceSchema }),
  z.strictObject({
    type: z.literal('recorder'),
    action: z.enum(['record', 'overdub', 'play', 'stop', 'clear']),
  }),
  /** What is left out stays as it is. */
  z.strictObject({ type: z.literal('osc'), settings: oscSettingsSchema.partial() }),
  /** What is left out stays as it is. */
  z.strictObject({
    type: z.literal('network-deck'),
    settings: z.strictObject({
      on: z.boolean().optional(),
      keep: z.boolean().optional(),
      address: z.ipv4().nullable().optional(),
    }),
  }),
  z.strictObject({ type: z.literal('midi-port'), name: deviceNameSchema.nullable() }),
  /** The device that feedback is sent to. */
  z.strictObject({ type: z.literal('midi-output'), name: deviceNameSchema.nullable() }),
  /** This page's browser has MIDI devices: feedback is sent to them, too. */
  bare('midi-feedback'),
]);
export type Command = z.infer<typeof commandSchema>;

/** A command with its number. Where `request` is given, the engine answers `done` or `failed` with the same number. */
export const envelopeSchema = z.strictObject({
  request: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  command: commandSchema,
});
export type Envelope = z.infer<typeof envelopeSchema>;
