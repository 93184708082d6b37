import { createNoise, type NoiseSource } from '../../../src/engine/model/run/noise.js';
import type { StreamNoise } from '../../../src/engine/stream/stream-noise.js';
import type { ModelShape, RunningModel } from '../../../src/engine/model/run/running-model.js';

/** Seeded noise, as the player makes it. */
export const streamNoise = (seed = 1): StreamNoise => ({
  model: createNoise({ kind: 'seed', seed }, 0),
  latents: createNoise({ kind: 'seed', seed }, 1),
});

const DEFAULT_SHAPE: ModelShape = {
  sampleRate: 48_000,
  hop: 512,
  frames: 1,
  batch: 1,
  inputChannels: 1,
  outputChannels: 1,
  latentDims: 4,
  delaySamples: 0,
};

/**
 * A model made of plain code. As it stands it passes its input on, late by `shape.delaySamples`, whatever the latents are;
 * the encoder says the frame's first sample in dimension 0 and the frame's number in dimension 1.
 */
export class FakeModel implements RunningModel {
  readonly shape: ModelShape;
  readonly attributes = new Float32Array(0);
  readonly priorIn = new Float32Array(0);
  readonly audioIn: Float32Array;
  readonly encoded: Float32Array;
  readonly latents: Float32Array;
  readonly audioOut: Float32Array;
  calls = 0;
  /** Times that a call was decoded in place of the last one. */
  again = 0;
  resets = 0;
  private readonly late: Float32Array[];
  /** What the last `decode` began with. */
  private before: { calls: number; late: Float32Array[] } | null = null;

  constructor(shape: Partial<ModelShape> = {}) {
    this.shape = { ...DEFAULT_SHAPE, ...shape };
    const { batch, inputChannels, outputChannels, latentDims, frames, hop, delaySamples } = this.shape;
    this.audioIn = new Float32Array(batch * inputChannels * hop * frames);
    this.encoded = new Float32Array(batch * latentDims * frames);
    this.latents = new Float32Array(batch * latentDims * frames);
    this.audioOut = new Float32Array(batch * outputChannels * hop * frames);
    this.late = Array.from({ length: batch * outputChannels }, () => new Float32Array(delaySamples));
  }

  encode(_noise: NoiseSource): void {
    const { batch, inputChannels, latentDims, frames, hop } = this.shape;
    for (let row = 0; row < batch; row += 1) {
      for (let j = 0; j < frames; j += 1) {
        const at = (row * latentDims + 0) * frames + j;
        this.encoded[at] = this.audioIn[row * inputChannels * hop * frames + j * hop] ?? 0;
        if (latentDims > 1) this.encoded[at + frames] = this.calls * frames + j;
      }
    }
  }

  generate(noise: NoiseSource): void {
    this.encode(noise);
  }

  decode(_noise: NoiseSource): void {
    this.before = { calls: this.calls, late: this.late.map((samples) => samples.slice()) };
    this.sound();
    this.calls += 1;
  }

  decodeAgain(): void {
    if (this.before === null) throw new Error('there is no call to decode again');
    const { calls, late } = this.before;
    late.forEach((samples, i) => this.late[i]?.set(samples));
    this.calls = calls;
    this.again += 1;
    this.sound();
    this.calls += 1;
  }

  /** Fills `audioOut`. */
  protected sound(): void {
    const { batch, inputChannels, outputChannels, hop, frames } = this.shape;
    const samples = hop * frames;
    for (let row = 0; row < batch; row += 1) {
      for (let c = 0; c < outputChannels; c += 1) {
        const from = (row * inputChannels + Math.min(c, inputChannels - 1)) * samples;
        const late = this.late[row * outputChannels + c] as Float32Array;
        const joined = Float32Array.from([...late, ...this.audioIn.subarray(from, from + samples)]);
        this.audioOut.set(joined.subarray(0, samples), (row * outputChannels + c) * samples);
        late.set(joined.subarray(samples));
      }
    }
  }

  reset(): void {
    this.resets += 1;
    this.before = null;
    this.calls = 0;
    for (const late of this.late) late.fill(0);
  }

  close(): void {
    this.audioOut.fill(NaN);
  }
}

/** Plays latent 0 of each frame as a constant: shows which frame a change took, and when it is heard. */
export class LatentModel extends FakeModel {
  protected override sound(): void {
    const { batch, outputChannels, latentDims, hop, frames } = this.shape;
    for (let row = 0; row < batch; row += 1) {
      for (let c = 0; c < outputChannels; c += 1) {
        for (let j = 0; j < frames; j += 1) {
          const from = (row * outputChannels + c) * hop * frames + j * hop;
          this.audioOut.fill(this.latents[row * latentDims * frames + j] ?? 0, from, from + hop);
        }
      }
    }
  }
}

/** Passes its input on, with the model's own noise added: what differs between two runs is the noise. */
export class NoisyModel extends FakeModel {
  private readonly values = new Float32Array(this.audioOut.length);

  override decode(noise: NoiseSource): void {
    noise.uniform(this.values, this.shape.batch);
    super.decode(noise);
  }

  protected override sound(): void {
    super.sound();
    for (let i = 0; i < this.values.length; i += 1) {
      this.audioOut[i] = (this.audioOut[i] ?? 0) + 0.1 * (this.values[i] ?? 0) * (1 + (this.latents[0] ?? 0));
    }
  }
}

export type Failure =
  'throw-encode' | 'throw-decode' | 'nan-latent' | 'nan-audio' | 'inf-audio' | 'huge-audio';

/** An identity that fails in the calls (counted over its life) that `failing` names. */
export class FailingModel extends FakeModel {
  life = 0;

  constructor(
    private readonly failure: Failure,
    private readonly failing: (call: number) => boolean,
    shape: Partial<ModelShape> = {},
  ) {
    super(shape);
  }

  override encode(noise: NoiseSource): void {
    this.life += 1;
    super.encode(noise);
    if (!this.fails()) return;
    if (this.failure === 'throw-encode') throw new Error('inference failed');
    if (this.failure === 'nan-latent') this.encoded[this.encoded.length - 1] = NaN;
  }

  protected override sound(): void {
    super.sound();
    if (!this.fails()) return;
    if (this.failure === 'throw-decode') throw new Error('inference failed');
    const last = this.audioOut.length - 1;
    if (this.failure === 'nan-audio') this.audioOut[last] = NaN;
    if (this.failure === 'inf-audio') this.audioOut[last] = -Infinity;
    if (this.failure === 'huge-audio') this.audioOut[last] = 1e30;
  }

  private fails(): boolean {
    return this.failing(this.life - 1);
  }
}
