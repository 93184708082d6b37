import type { Output } from '../../document/output.js';
import type { TrainedMapping } from '../../document/trained.js';
import type { ModelManifest } from '../model/manifest.js';
import type { NoiseSetting } from '../model/run/noise.js';
import type { Input } from '../../document/input.js';
import type { Steering } from '../../document/steering.js';

/** What the main thread tells the streaming worker, applied between two frames, in order. */
export type StreamCommand =
  /** Another model's `load` will come. What is sent until then belongs to that model: the present one goes on as it is. */
  | { type: 'expect-model' }
  | { type: 'load'; model: { dir: string; manifest: ModelManifest } | null }
  | { type: 'mapping'; trained: TrainedMapping | null }
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

/** What the streaming worker tells the main thread. */
export type StreamReport =
  | { type: 'prepared'; rate: number; channels: number; latencySamples: number; modelDelaySamples: number }
  | ({ type: 'telemetry' } & Telemetry)
  /** Inputs that MIDI or host automation moved since the last report. */
  | { type: 'moved'; parameters: { index: number; value: number }[] }
  /** For MIDI learn: the last controller that was heard. */
  | { type: 'midi-heard'; status: number; data1: number; data2: number }
  | { type: 'program-change'; program: number }
  | { type: 'failed'; code: string; message: string };

/** What sounds now, about thirty times a second. Latents: one value per dimension of the last frame (left side). */
export interface Telemetry {
  encoded: Float32Array;
  /** NaN where the mapping has nothing to say. */
  mapped: Float32Array;
  decoded: Float32Array;
  inputPeakDb: [number, number];
  outputPeakDb: [number, number];
  inputRmsDb: [number, number];
  outputRmsDb: [number, number];
  gainReductionDb: number;
  /** Share of real time spent in the model and in everything, 0..1, averaged over the report. */
  modelLoad: number;
  totalLoad: number;
  /** Blocks that could not be played because of the model, since `prepare`. */
  faults: number;
}

/** The main thread's end of the connection to the streaming worker. */
export interface StreamLink {
  send(command: StreamCommand): void;
  onReport(listener: (report: StreamReport) => void): void;
}
