import type { NoiseSource } from '../model/run/noise.js';
import type { RunningModel } from '../model/run/running-model.js';

/** Least time that a decoder gets to settle on new latents, and that is measured then, in seconds. */
const SETTLING_SECONDS = 0.12;
const MEASURED_SECONDS = 0.25;
/** Least latent frames of each: models with a long hop need several to settle at all. */
const SETTLING_FRAMES = 4;
const MEASURED_FRAMES = 3;

/**
 * Decodes latents that stay the same, as they sound when they are held. The model must be this object's own: its state is
 * lost with each sound. One thread.
 */
export class HeldSound {
  /** Samples at the start of each sound in which the decoder settles. */
  readonly settlingSamples: number;
  readonly rate: number;
  private readonly samples: Float32Array;
  private readonly calls: number;

  constructor(
    private readonly model: RunningModel,
    private readonly noise: NoiseSource,
  ) {
    const { hop, frames, sampleRate } = model.shape;
    const callsFor = (seconds: number, least: number) =>
      Math.ceil(Math.max(least, (seconds * sampleRate) / hop) / frames);
    const settling = callsFor(SETTLING_SECONDS, SETTLING_FRAMES);
    this.rate = sampleRate;
    this.calls = settling + callsFor(MEASURED_SECONDS, MEASURED_FRAMES);
    this.settlingSamples = settling * hop * frames;
    this.samples = new Float32Array(this.calls * hop * frames);
  }

  /**
   * @param latents one value per latent dimension
   * @returns the first channel at the model's rate; valid until the next call. It may hold values that are no numbers.
   * @throws TillerError `model-failed`
   */
  decode(latents: ArrayLike<number>): Float32Array {
    const { model, noise, samples } = this;
    const { frames, hop, latentDims } = model.shape;
    model.reset();
    noise.restart();
    for (let d = 0; d < latentDims; d += 1) model.latents.fill(latents[d] ?? 0, d * frames, (d + 1) * frames);
    for (let call = 0; call < this.calls; call += 1) {
      model.decode(noise);
      samples.set(model.audioOut.subarray(0, hop * frames), call * hop * frames);
    }
    return samples;
  }
}
