import { z } from 'zod';
import { MAX_MODEL_DELAY_SAMPLES } from '../../../document/limits.js';
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
  delaySamples: z.number().int().min(0).max(MAX_MODEL_DELAY_SAMPLES),
  /** [latents, inputs + 1], the constant last; null where its latents are taken as they are. */
  adapter: float32Schema.nullable(),
});
export type Listener = z.infer<typeof listenerSchema>;

/** Whether two listeners sound the same; both may be none. Allocates nothing. */
export function sameListener(a: Listener | null | undefined, b: Listener | null | undefined): boolean {
  if (!a || !b) return !a === !b;
  return a.dir === b.dir && a.delaySamples === b.delaySamples && sameValues(a.adapter, b.adapter);
}

function sameValues(a: Float32Array | null, b: Float32Array | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** A model of the library that a document listens with. */
type Listened = { readonly dir: string; readonly manifest: ModelManifest } | null;

/**
 * What a document keeps of a listener, with where its model lies.
 * @param listened null where the library does not have it
 * @returns null where it cannot be played with the decoder of `player`, whose own encoder then plays (`unheard`)
 */
export function listenerOf(
  { delaySamples, adapter }: ListenWith,
  listened: Listened,
  player: ModelManifest,
): Listener | null {
  if (listened === null || !fitsDecoder(listened.manifest, player)) return null;
  const { dir, manifest } = listened;
  if (manifest.latentDims !== (adapter?.inputs ?? player.latentDims)) return null;
  const weights = adapter && Float32Array.from(unpack(adapter.weights, 'float32'));
  return { dir, manifest, delaySamples, adapter: weights };
}

/** Why there is no listener, for the player. */
export function unheard({ model: { name } }: ListenWith, listened: Listened): TillerError {
  const encoder = `This preset listens with the encoder of “${name}”`;
  if (listened === null)
    return new TillerError(
      'model-missing',
      `${encoder}, which is not in the library: the model’s own encoder plays.`,
      'Import its .ts file, or choose another on the panel Model.',
    );
  return new TillerError(
    'model-interface',
    `${encoder}, which does not fit the model any more: the model’s own encoder plays.`,
    'Choose it again on the panel Model.',
  );
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
