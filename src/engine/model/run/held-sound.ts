import type { NoiseSource } from './noise.js';
import type { RunningModel } from './running-model.js';

/** How long a sound is decoded: at least so many seconds, and at least so many latent frames. */
interface Duration {
  readonly seconds: number;
  readonly frames: number;
}

/** Time in which a decoder settles on new latents: one with a long hop needs several latent frames. */
export const SETTLING: Duration = { seconds: 0.12, frames: 4 };
/** Enough for pitch, loudness and timbre. */
export const MEASURED: Duration = { seconds: 0.25, frames: 3 };

/**
 * Decodes latents that stay the same, as they sound when they are held. The model must be this object's own: its state is
 * lost with each sound. One thread.
 */
export class HeldSound {
  /** Samples at the start of each sound in which the decoder settles. */
  readonly settlingSamples: number;
  /** The model's sample rate in Hz. */
  readonly rate: number;
  private readonly channels: readonly Float32Array[];
  private readonly calls: number;

  constructor(
    private readonly model: RunningModel,
    private readonly noise: NoiseSource,
    settling: Duration = SETTLING,
    measured: Duration = MEASURED,
  ) {
    const { hop, frames, sampleRate, outputChannels } = model.shape;
    const callsFor = (duration: Duration) =>
      Math.ceil(Math.max(duration.frames, (duration.seconds * sampleRate) / hop) / frames);
    const settlingCalls = callsFor(settling);
    this.rate = sampleRate;
    this.calls = settlingCalls + callsFor(measured);
    this.settlingSamples = settlingCalls * hop * frames;
    this.channels = Array.from({ length: outputChannels }, () => new Float32Array(this.calls * hop * frames));
  }

  /**
   * @param latents one value per latent dimension; missing ones are 0
   * @returns the model's output channels at its rate; valid until the next call. Their values may be not finite.
   * @throws TillerError `model-failed`
   */
  decode(latents: ArrayLike<number>): readonly [Float32Array, ...Float32Array[]] {
    const { model, noise, channels } = this;
    const { frames, hop, latentDims } = model.shape;
    const callSamples = hop * frames;
    model.reset();
    noise.restart();
    for (let d = 0; d < latentDims; d += 1) model.latents.fill(latents[d] ?? 0, d * frames, (d + 1) * frames);
    for (let call = 0; call < this.calls; call += 1) {
      model.decode(noise);
      for (const [c, channel] of channels.entries())
        channel.set(model.audioOut.subarray(c * callSamples, (c + 1) * callSamples), call * callSamples);
    }
    return channels as [Float32Array, ...Float32Array[]];
  }
}
