import type { SidedNoise } from '../model/noise.js';
import type { ModelShape } from '../model/running.js';
import { PARAMETERS } from '../performance/parameters.js';
import { Steering } from '../steering/steer.js';
import { type FrameSettings, applyToFrames } from './stream-settings.js';

/** Noise of the model's own random operations, and the noise added to the latents. */
export interface StreamNoise {
  readonly model: SidedNoise;
  readonly latents: SidedNoise;
}

/** Frame-wise values of the last frame, first row of the batch. */
export interface FrameView {
  readonly encoded: Float32Array;
  /** NaN where the mapping has nothing to say. */
  readonly mapped: Float64Array;
  readonly decoded: Float32Array;
}

/**
 * Everything between encoder and decoder, frame by frame: inputs → mapping → steering → holds → noise. Parameter
 * changes wait here for the frame that holds their sample. One thread; allocates nothing after construction.
 */
export class FrameControls {
  readonly view: FrameView;
  /** Index of the next latent frame since the start. */
  private frame = 0;
  /** Values by parameter for the coming frames, NaN where nothing changes. */
  private readonly waiting: Float64Array;
  private readonly rows: number;
  private readonly mapped: Float64Array;
  private readonly steerings: Steering[];
  private readonly noiseValues: Float32Array;
  /** Encoder values that freeze holds, [batch, dims]. */
  private readonly held: Float32Array;
  /** True once there is a frame to hold. */
  private holding = false;
  private readonly encoded: Float32Array;
  private readonly decoded: Float32Array;
  private steeringVersion = -1;

  /** @param framesAhead latent frames by which a change can arrive before the frame that plays it */
  constructor(
    private readonly shape: ModelShape,
    private readonly settings: FrameSettings,
    private source: StreamNoise,
    framesAhead: number,
  ) {
    const { latentDims, batch } = shape;
    this.rows = shape.frames + framesAhead + 2;
    this.waiting = new Float64Array(this.rows * PARAMETERS.length).fill(NaN);
    this.mapped = new Float64Array(latentDims);
    this.steerings = Array.from(
      { length: batch },
      () => new Steering(latentDims, shape.sampleRate / shape.hop),
    );
    this.noiseValues = new Float32Array(batch * latentDims);
    this.held = new Float32Array(batch * latentDims);
    this.encoded = new Float32Array(latentDims);
    this.decoded = new Float32Array(latentDims);
    this.view = {
      encoded: new Float32Array(latentDims),
      mapped: this.mapped,
      decoded: new Float32Array(latentDims),
    };
    this.restart();
  }

  get noise(): StreamNoise {
    return this.source;
  }

  /** Draws from `noise` from the next frame on. */
  setNoise(noise: StreamNoise): void {
    this.source = noise;
  }

  /** Back to frame 0, glides at rest, noise at its first value. Settings stay, with what waited applied to them. */
  restart(): void {
    this.settle();
    this.frame = 0;
    this.holding = false;
    this.mapped.fill(NaN);
    for (const steering of this.steerings) steering.reset();
    this.noise.model.restart();
    this.noise.latents.restart();
  }

  /** Applies every change that waits to the settings. */
  settle(): void {
    for (let ahead = 0; ahead < this.rows; ahead += 1) this.applyWaiting(this.frame + ahead);
  }

  /** Puts a change off to latent frame `frame`; a later one for the same frame and parameter replaces it. */
  schedule(frame: number, parameter: number, value: number): void {
    const due = Math.min(Math.max(frame, this.frame), this.frame + this.rows - 1);
    this.waiting[(due % this.rows) * PARAMETERS.length + parameter] = value;
  }

  /** Takes [batch, dims, frames] of encoder values to decoder values, over the frames of one call. */
  run(encoded: Float32Array, latents: Float32Array): void {
    const { frames, batch, latentDims } = this.shape;
    for (let j = 0; j < frames; j += 1) {
      this.begin();
      for (let row = 0; row < batch; row += 1) {
        const at = row * latentDims * frames + j;
        for (let d = 0; d < latentDims; d += 1) this.encoded[d] = encoded[at + d * frames] as number;
        this.steer(row);
        for (let d = 0; d < latentDims; d += 1) latents[at + d * frames] = this.decoded[d] as number;
      }
      this.holding = true;
    }
  }

  private begin(): void {
    const { settings, noise } = this;
    this.applyWaiting(this.frame);
    this.frame += 1;
    // A mapping may know fewer dimensions than the model has.
    this.mapped.fill(NaN);
    settings.mapping?.evaluate(settings.inputs, this.mapped);
    if (this.steeringVersion !== settings.steeringVersion) {
      for (const steering of this.steerings) steering.configure(settings.steering);
      this.steeringVersion = settings.steeringVersion;
    }
    noise.model.width = settings.width;
    noise.latents.width = settings.width;
    if (settings.latentNoise > 0) noise.latents.normal(this.noiseValues, this.shape.batch);
  }

  private applyWaiting(frame: number): void {
    const from = (frame % this.rows) * PARAMETERS.length;
    for (let p = 0; p < PARAMETERS.length; p += 1) {
      const value = this.waiting[from + p] as number;
      if (Number.isNaN(value)) continue;
      this.waiting[from + p] = NaN;
      applyToFrames(this.settings, p, value);
    }
  }

  private steer(row: number): void {
    const { encoded, decoded, held, settings } = this;
    const dims = this.shape.latentDims;
    const from = row * dims;
    // Freeze keeps what the encoder last said; the hand goes on steering it.
    for (let d = 0; d < dims; d += 1) {
      if (settings.freeze && this.holding) encoded[d] = held[from + d] as number;
      else held[from + d] = encoded[d] as number;
    }
    (this.steerings[row] as Steering).process(encoded, this.mapped, decoded, settings.holds);
    if (settings.latentNoise > 0) {
      for (let d = 0; d < dims; d += 1) {
        decoded[d] = (decoded[d] as number) + settings.latentNoise * (this.noiseValues[from + d] as number);
      }
    }
    if (row > 0) return;
    this.view.encoded.set(encoded);
    this.view.decoded.set(decoded);
  }
}
