import type { Assignment } from '../../document/assignment.js';
import { assignmentSchema } from '../../document/assignment-schema.js';
import { controllerSourceSchema } from '../../document/controller-source.js';
import { programSchema } from '../../protocol/programs.js';
import { z } from 'zod';
import type { Output } from '../../document/output.js';
import type { SentLoop } from './loop-blend.js';
import type { MappingLayout } from '../mapping/layout.js';
import type { ModelManifest } from '../model/manifest.js';
import type { Listener } from '../model/run/listener.js';
import type { NoiseSetting } from '../model/run/noise.js';
import type { ModelAttribute } from '../../document/model-attribute.js';
import type { Input } from '../../document/input.js';
import type { Steering } from '../../document/steering.js';
import { PARAMETERS } from '../../document/parameters.js';
import { float32Schema } from '../workers/messages.js';

/** A model of the library, and the one whose encoder takes the place of its own. */
export interface PlacedModel {
  readonly dir: string;
  readonly manifest: ModelManifest;
  readonly listener?: Listener | null;
}

/** Commands of the main thread to the streaming worker, applied between two blocks, in order. */
export type StreamCommand =
  /** The `load` of another model will follow. Commands until then belong to that model and wait for it: the present one plays on unchanged. */
  | { type: 'expect-model' }
  | { type: 'load'; model: PlacedModel | null }
  /** Laid out by the sender: that takes milliseconds, which the streaming thread does not have. */
  | { type: 'mapping'; layout: MappingLayout | null }
  /**
   * `sets`: the indices of the parameters that the document sets with these. The values of others may be older than those
   * that play, which stay. Absent where the document sets all.
   */
  | { type: 'steering'; steering: Steering; sets?: readonly number[] }
  | { type: 'output'; output: Output; sets?: readonly number[] }
  | { type: 'attributes'; attributes: readonly ModelAttribute[]; sets?: readonly number[] }
  /** The kept loops, by slot, in memory that is shared. */
  | { type: 'loops'; loops: readonly (SentLoop | null)[] }
  /** Answered by `loop-kept` with the same slot and request. */
  | { type: 'keep-loop'; slot: number; request: number }
  /** Routes MIDI to the inputs; their present values are sent as `parameter`. */
  | { type: 'inputs'; inputs: Input[] }
  /** `index` into PARAMETERS, `value` in the parameter's own unit. */
  | { type: 'parameter'; index: number; value: number }
  /** The player's controller map. */
  | { type: 'controllers'; assignments: readonly Assignment[] }
  /** Feedback moves an assigned controller to `position`, 0..1; null once it has arrived. */
  | { type: 'expect-echo'; assignment: string; position: number | null }
  /** Fades to the dry track at once, without waiting for a model that is being opened. */
  | { type: 'panic' }
  /** Holds a latent at `value`, in latent units; null releases it. */
  | { type: 'hold'; dimension: number; value: number | null }
  | { type: 'noise'; noise: NoiseSetting }
  /** Empties every state and restarts the noise, as a host does when its transport jumps. */
  | { type: 'restart' };

const ALL_PARAMETERS: readonly number[] = PARAMETERS.map((_, index) => index);

/**
 * Indices of the parameters that a command of the document sets; null for a command that sets none. Both threads number the
 * commands that set some, so that a report can say which of them had arrived (`moved`).
 */
export function parametersSetBy(command: StreamCommand): readonly number[] | null {
  switch (command.type) {
    case 'steering':
    case 'output':
    case 'attributes':
      return command.sets ?? ALL_PARAMETERS;
    case 'parameter':
      return [command.index];
    default:
      return null;
  }
}

const levelsDbSchema = z.tuple([z.number(), z.number()]);

/** Levels, latents and load, about thirty times a second. */
export const telemetrySchema = z.strictObject({
  type: z.literal('telemetry'),
  /** Every input (0..1) as the mapping of the last latent frame got it, those that move by themselves included. */
  inputs: float32Schema,
  /** Low and high of each input that follows the audio, in its descriptor's unit; NaN for other inputs. */
  audioRanges: float32Schema,
  /** Of the last latent frame, first row of the batch: one value per latent dimension, in latent units, as encoded. */
  encoded: float32Schema,
  /** As the mapping gives them; NaN where a dimension is not mapped. */
  mapped: float32Schema,
  /** As the decoder got them: after steering, freeze, held latents and noise. */
  decoded: float32Schema,
  /** [left, right] since the last report; a mono track repeats its one channel. */
  inputPeakDb: levelsDbSchema,
  outputPeakDb: levelsDbSchema,
  inputRmsDb: levelsDbSchema,
  outputRmsDb: levelsDbSchema,
  /** Greatest gain reduction of the limiter since the last report, in dB: 0 or negative. */
  gainReductionDb: z.number(),
  /** Shares of real time spent in the model and in everything, averaged over the report; above 1 is too slow. */
  modelLoad: z.number().min(0),
  totalLoad: z.number().min(0),
  /** True while the model is not called, since nothing would be heard of it. */
  modelRests: z.boolean(),
  /** Calls of the model that failed since `prepare`: exceptions, values that are not finite or too large. */
  faults: z.number().int().min(0),
  /** Where the last block began in the music. See `MusicalTime`. */
  time: z.strictObject({
    tempo: z.number().positive(),
    playing: z.boolean(),
    beat: z.number(),
    beatsPerBar: z.number().positive(),
    songSample: z.number().or(z.nan()),
  }),
});
export type Telemetry = Omit<z.infer<typeof telemetrySchema>, 'type'>;

const parameterIndex = z
  .number()
  .int()
  .min(0)
  .max(PARAMETERS.length - 1);
const assignmentId = assignmentSchema.shape.id;
const samples = z.number().int().min(0);

/** Reports of the streaming worker to the main thread. */
export const streamReportSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('prepared'),
    rate: z.number().positive(),
    channels: z.number().int().min(1).max(2),
    latencySamples: samples,
    modelDelaySamples: samples,
    /** The streaming thread's identifier in the kernel; null where it is not available. */
    thread: z.number().int().positive().nullable(),
  }),
  telemetrySchema,
  /** Parameters that MIDI or host automation moved since the last report, in PARAMETERS' own units. */
  z.strictObject({
    type: z.literal('moved'),
    /** How many commands that set parameters (`parametersSetBy`) had arrived before the report: later ones are newer than these moves. */
    commandsArrived: z.number().int().min(0),
    parameters: z.array(z.strictObject({ index: parameterIndex, value: z.number() })),
  }),
  /** The first source since the last report that MIDI Learn can use. */
  z.strictObject({ type: z.literal('midi-heard'), source: controllerSourceSchema }),
  /** Answers `keep-loop`: the loop that repeats, or would repeat; null where too little was played. */
  z.strictObject({
    type: z.literal('loop-kept'),
    slot: z.number().int().min(0),
    request: z.number().int().min(0),
    loop: z
      .strictObject({
        frames: z.number().int().positive(),
        rows: z.number().int().min(1).max(2),
        beats: z.number().positive().nullable(),
        /** [frames, rows, latents] */
        values: float32Schema,
      })
      .nullable(),
  }),
  /** The trigger of an assignment was pressed. */
  z.strictObject({ type: z.literal('triggered'), assignment: assignmentId }),
  /** The source of an assignment that moves no parameter was moved: last position (0..1) and sum of steps since the last report. */
  z.strictObject({
    type: z.literal('controlled'),
    assignment: assignmentId,
    position: z.number().min(0).max(1).nullable(),
    steps: z.number().int(),
  }),
  /** Assignments, and inputs by their own sources, that MIDI has moved since the last report. */
  z.strictObject({
    type: z.literal('controllers-active'),
    assignments: z.array(assignmentId),
    inputs: z.array(z.number().int().min(0)),
  }),
  z.strictObject({
    type: z.literal('program-change'),
    program: programSchema,
    channel: z.number().int().min(1).max(16),
  }),
  z.strictObject({ type: z.literal('failed'), code: z.string(), message: z.string() }),
]);
export type StreamReport = z.infer<typeof streamReportSchema>;
/** What MIDI controllers did. */
export type ControlReport = Extract<
  StreamReport,
  { type: 'midi-heard' | 'triggered' | 'controlled' | 'controllers-active' }
>;

/** The main thread's end of the connection to the streaming worker. */
export interface StreamLink {
  send(command: StreamCommand): void;
  onReport(listener: (report: StreamReport) => void): void;
}
