import { z } from 'zod';
import type { Output } from '../../document/output.js';
import type { MappingLayout } from '../mapping/layout.js';
import type { ModelManifest } from '../model/manifest.js';
import type { NoiseSetting } from '../model/run/noise.js';
import type { Input } from '../../document/input.js';
import type { Steering } from '../../document/steering.js';
import { PARAMETERS } from '../../document/parameters.js';
import { float32Schema } from '../workers/messages.js';

/** What the main thread tells the streaming worker, applied between two frames, in order. */
export type StreamCommand =
  /** Another model's `load` will come. What is sent until then belongs to that model: the present one goes on as it is. */
  | { type: 'expect-model' }
  | { type: 'load'; model: { dir: string; manifest: ModelManifest } | null }
  /** Laid out by the sender: that takes milliseconds, which the streaming thread does not have. */
  | { type: 'mapping'; layout: MappingLayout | null }
  /**
   * `sets`: the indices of the parameters that the document sets with these; of others they may hold an older value
   * than what plays, which stays. Absent where it sets all.
   */
  | { type: 'steering'; steering: Steering; sets?: readonly number[] }
  | { type: 'output'; output: Output; sets?: readonly number[] }
  /** Routes MIDI to the inputs; their present values come as `parameter`. */
  | { type: 'inputs'; inputs: Input[] }
  /** `index` into PARAMETERS, `value` in the parameter's own unit. */
  | { type: 'parameter'; index: number; value: number }
  /** `value` null lets the mapping have the dimension back. */
  | { type: 'hold'; dimension: number; value: number | null }
  | { type: 'noise'; noise: NoiseSetting }
  /** Empties every state and restarts the noise, as a host does when its transport jumps. */
  | { type: 'restart' };

const levelsDbSchema = z.tuple([z.number(), z.number()]);

/** What sounds now, about thirty times a second. */
export const telemetrySchema = z.strictObject({
  type: z.literal('telemetry'),
  /** Of the last latent frame, first row of the batch: one value per latent dimension, as the encoder gave them. */
  encoded: float32Schema,
  /** As the mapping asks for them; NaN where it has nothing to say. */
  mapped: float32Schema,
  /** As the decoder got them. */
  decoded: float32Schema,
  /** [left, right] since the last report; a mono track repeats its one channel. */
  inputPeakDb: levelsDbSchema,
  outputPeakDb: levelsDbSchema,
  inputRmsDb: levelsDbSchema,
  outputRmsDb: levelsDbSchema,
  /** Most that the limiter took away since the last report, at most 0. */
  gainReductionDb: z.number(),
  /** Shares of real time spent in the model and in everything, averaged over the report; over 1 is too slow. */
  modelLoad: z.number().min(0),
  totalLoad: z.number().min(0),
  /** Calls of the model that gave no sound, since `prepare`. */
  faults: z.number().int().min(0),
});
export type Telemetry = Omit<z.infer<typeof telemetrySchema>, 'type'>;

const parameterIndex = z
  .number()
  .int()
  .min(0)
  .max(PARAMETERS.length - 1);
const midiByte = z.number().int().min(0).max(255);
const samples = z.number().int().min(0);

/** What the streaming worker tells the main thread. */
export const streamReportSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('prepared'),
    rate: z.number().positive(),
    channels: z.number().int().min(1).max(2),
    latencySamples: samples,
    modelDelaySamples: samples,
  }),
  telemetrySchema,
  /** Parameters that MIDI or host automation moved since the last report, in PARAMETERS' own units. */
  z.strictObject({
    type: z.literal('moved'),
    /** How many commands `parameter`, `steering` and `output` were taken before: what they set later overtakes these moves. */
    taken: z.number().int().min(0),
    parameters: z.array(z.strictObject({ index: parameterIndex, value: z.number() })),
  }),
  /** For MIDI learn: the last controller that was heard. */
  z.strictObject({ type: z.literal('midi-heard'), status: midiByte, data1: midiByte, data2: midiByte }),
  z.strictObject({ type: z.literal('program-change'), program: z.number().int().min(0).max(127) }),
  z.strictObject({ type: z.literal('failed'), code: z.string(), message: z.string() }),
]);
export type StreamReport = z.infer<typeof streamReportSchema>;

/** The main thread's end of the connection to the streaming worker. */
export interface StreamLink {
  send(command: StreamCommand): void;
  onReport(listener: (report: StreamReport) => void): void;
}
