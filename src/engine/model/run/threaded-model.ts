import { TillerError } from '../../../document/tiller-error.js';
import type { ModelManifest, PlayedVariant } from '../manifest.js';
import { awaitAnswer, request, type ModelMemory, type ModelRequest } from './model-memory.js';
import type { NoiseSource } from './noise.js';
import type { Listener } from './listener.js';
import { shapeOf, variantOf } from './model-variant.js';
import type { ModelShape, RunningModel } from './running-model.js';

type Distribution = 'uniform' | 'normal';

/**
 * A model that runs in a thread of its own (`ModelThreads`), for the thread that plays it: each call waits for the answer.
 * Its sound is the same, bit for bit, as that of a model opened with `openModel`.
 */
export class ThreadedModel implements RunningModel {
  readonly shape: ModelShape;
  readonly attributes: Float32Array;
  readonly audioIn: Float32Array;
  readonly priorIn: Float32Array;
  readonly encoded: Float32Array;
  readonly latents: Float32Array;
  readonly audioOut: Float32Array;
  private readonly encoderNoise: readonly Distribution[];
  private readonly decoderNoise: readonly Distribution[];
  private readonly priorNoise: readonly Distribution[];

  /** @param memory that the thread of this variant was started with */
  constructor(
    manifest: ModelManifest,
    variant: PlayedVariant,
    private readonly memory: ModelMemory,
    listener: Listener | null = null,
  ) {
    const { encoder: own, decoder, prior } = variantOf(manifest, variant);
    const encoder = listener === null ? own : variantOf(listener.manifest, variant).encoder;
    this.shape = shapeOf(manifest, variant, listener);
    this.attributes = memory.attributes;
    this.audioIn = memory.audioIn;
    this.priorIn = memory.priorIn;
    this.encoded = memory.encoded;
    this.latents = memory.latents;
    this.audioOut = memory.audioOut;
    this.encoderNoise = (encoder?.noise ?? []).map(({ distribution }) => distribution);
    this.decoderNoise = decoder.noise.map(({ distribution }) => distribution);
    this.priorNoise = (prior?.noise ?? []).map(({ distribution }) => distribution);
  }

  encode(noise: NoiseSource): void {
    this.draw(noise, this.encoderNoise, this.memory.encoderNoise);
    this.call('encode');
  }

  generate(noise: NoiseSource): void {
    this.draw(noise, this.priorNoise, this.memory.priorNoise, 1);
    this.call('generate');
  }

  decode(noise: NoiseSource): void {
    this.draw(noise, this.decoderNoise, this.memory.decoderNoise);
    this.call('decode');
  }

  decodeAgain(): void {
    this.call('decodeAgain');
  }

  reset(): void {
    this.call('reset');
  }

  /** Does not wait: the thread frees the model and ends. */
  close(): void {
    request(this.memory, 'close');
  }

  private draw(
    noise: NoiseSource,
    distributions: readonly Distribution[],
    into: Float32Array[],
    batch = this.shape.batch,
  ): void {
    for (let i = 0; i < distributions.length; i += 1) {
      const data = into[i] as Float32Array;
      if (distributions[i] === 'uniform') noise.uniform(data, batch);
      else noise.normal(data, batch);
    }
  }

  private call(what: ModelRequest): void {
    request(this.memory, what);
    const failure = awaitAnswer(this.memory);
    if (failure !== null) throw new TillerError('model-failed', failure, 'Import the model again.');
  }
}
