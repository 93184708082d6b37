import { z } from 'zod';
import type { ListenWith } from '../../../document/listen-with.js';
import { unpack } from '../../../document/packing.js';
import { TillerError } from '../../../document/tiller-error.js';
import { float32Schema } from '../../workers/messages.js';
import { manifestSchema, type ModelManifest } from '../manifest.js';
import { zeroNonFinite } from './non-finite.js';
import type { NoiseSource } from './noise.js';
import type { ModelShape, RunningGraph } from './running-model.js';

/** The model whose encoder hears the track in place of that of the model that plays. */
export const listenerSchema = z.strictObject({
  dir: z.string(),
  manifest: manifestSchema,
  /** Own delay of its encoder and the other's decoder together, in samples at their rate. */
  delaySamples: z.number().int().nonnegative(),
  /** [latents, inputs + 1], the constant last; null where its latents are taken as they are. */
  adapter: float32Schema.nullable(),
});
export type Listener = z.infer<typeof listenerSchema>;

/** What a document keeps of a listener, with where its model lies. */
export function listenerOf(
  { delaySamples, adapter }: ListenWith,
  { dir, manifest }: { readonly dir: string; readonly manifest: ModelManifest },
): Listener {
  const weights = adapter && Float32Array.from(unpack(adapter.weights, 'float32'));
  return { dir, manifest, delaySamples, adapter: weights };
}

/** Whether one model's encoder can be played with another's decoder: both must cut the sound into the same frames. */
export function fitsDecoder(listener: ModelManifest, player: ModelManifest): boolean {
  return (
    listener.sampleRate === player.sampleRate &&
    listener.hop === player.hop &&
    listener.inputChannels === player.inputChannels &&
    listener.hasNoEncoder !== true &&
    listener.latentDims > 0 &&
    player.latentDims > 0
  );
}

/**
 * An encoder whose latents are changed linearly to those of another model. The attributes of its own model stay as its file states
 * them. Allocates nothing after construction.
 */
export class AdaptedEncoder implements RunningGraph {
  readonly output: Float32Array;
  /** Not those of the model that plays. */
  readonly attributes = new Float32Array(0);

  /**
   * @param adapter see `Listener`
   * @param inputs latents of the encoder
   * @throws TillerError `argument-invalid` where the adapter has another size
   */
  constructor(
    private readonly encoder: RunningGraph,
    private readonly adapter: Float32Array | null,
    private readonly inputs: number,
    private readonly shape: Pick<ModelShape, 'batch' | 'frames' | 'latentDims'>,
  ) {
    const { batch, frames, latentDims } = shape;
    const fits = adapter === null ? inputs === latentDims : adapter.length === latentDims * (inputs + 1);
    if (!fits)
      throw new TillerError(
        'argument-invalid',
        `The encoder gives ${inputs} latents, which are not those of the model.`,
        'Choose whose encoder listens again.',
      );
    this.output = new Float32Array(batch * latentDims * frames);
  }

  get input(): Float32Array {
    return this.encoder.input;
  }

  run(noise: NoiseSource, batch: number): void {
    this.encoder.run(noise, batch);
    this.adapt();
  }

  runAgain(): void {
    this.encoder.runAgain();
    this.adapt();
  }

  reset(): void {
    this.encoder.reset();
  }

  close(): void {
    this.encoder.close();
  }

  private adapt(): void {
    const { adapter, inputs, output, encoder } = this;
    if (adapter === null) {
      output.set(encoder.output);
      return;
    }
    const { batch, frames, latentDims } = this.shape;
    const source = encoder.output;
    zeroNonFinite(source);
    for (let row = 0; row < batch; row += 1)
      for (let frame = 0; frame < frames; frame += 1)
        for (let d = 0; d < latentDims; d += 1) {
          const at = d * (inputs + 1);
          let sum = adapter[at + inputs] as number;
          for (let i = 0; i < inputs; i += 1)
            sum += (adapter[at + i] as number) * (source[(row * inputs + i) * frames + frame] as number);
          output[(row * latentDims + d) * frames + frame] = sum;
        }
  }
}
