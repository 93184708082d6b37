import type { Precision } from '../../../document/output.js';
import type { NoiseSource } from './noise.js';

/** A model's dimensions, from which the streaming loop allocates its buffers. Rates and delays are the model's own. */
export interface ModelShape {
  readonly sampleRate: number;
  /** Audio samples per latent frame. */
  readonly hop: number;
  /** Latent frames per call. */
  readonly frames: number;
  readonly batch: number;
  /** As it was asked for; exact where it is left out. */
  readonly precision?: Precision;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly latentDims: number;
  /** The model's own delay in samples at `sampleRate`, beyond the accumulation of its input. */
  readonly delaySamples: number;
}

/**
 * A stateful encoder and decoder, ready to stream. Calls are synchronous, ordered and allocate nothing that
 * grows; every buffer is preallocated by the model and reused, so read it before the next call.
 * Throws TillerError `model-failed` when inference fails; the state is then as after `reset`.
 * One thread only, the one that opened it.
 */
export interface RunningModel {
  readonly shape: ModelShape;
  /** What the model's attributes are in the next `encode` and `decode`, in the manifest's order; as the file states them at first. */
  readonly attributes: Float32Array;
  /** The controls of the next `generate`, [controls, frames], the first of which is a temperature; empty for a model without a prior. */
  readonly priorIn: Float32Array;
  /** Write the next [batch, inputChannels, hop × frames] samples here, then call `encode`. */
  readonly audioIn: Float32Array;
  /** [batch, latentDims, frames]: written by `encode` and `generate`. */
  readonly encoded: Float32Array;
  /** [batch, latentDims, frames]: write here, then call `decode`. */
  readonly latents: Float32Array;
  /** [batch, outputChannels, hop × frames]: written by `decode`. */
  readonly audioOut: Float32Array;
  encode(noise: NoiseSource): void;
  /**
   * In place of `encode`: has the model's prior give the latents, the same on all sides. The encoder hears nothing of that time: its
   * next call begins with its first state. Only valid with a prior.
   */
  generate(noise: NoiseSource): void;
  decode(noise: NoiseSource): void;
  /**
   * Replaces the last `decode`: decodes the current `latents` from the state in which that call began, with the same noise and attributes.
   * Only valid when no call but `decodeAgain` came after that `decode`.
   */
  decodeAgain(): void;
  /** Back to the state of a freshly loaded model. */
  reset(): void;
  close(): void;
}

/**
 * The encoder, the decoder or the prior of a model, with preallocated tensors: write `input`, call `run`, read `output` before the next
 * call. For the thread that opened it.
 */
export interface RunningGraph {
  /** Row-major, of the shape in the graph's manifest. */
  readonly input: Float32Array;
  /** Row-major, of the shape in the graph's manifest. */
  readonly output: Float32Array;
  /** The values of the model's attributes; empty where the graph reads none. */
  readonly attributes: Float32Array;
  /** One call, with new noise. @throws TillerError `model-failed`; the state is then as after `reset` */
  run(noise: NoiseSource, batch: number): void;
  /** Repeats the last call with its state and noise, in its place. @throws TillerError `model-failed`, as `run` */
  runAgain(): void;
  /** Back to the state before the first call. */
  reset(): void;
  close(): void;
}
