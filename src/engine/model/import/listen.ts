import type { ModelManifest } from '../manifest.js';
import { ConstantNoise } from '../run/noise.js';
import { type HalfModel, openHalf } from '../run/open-model.js';
import { collectGarbage } from './small-heap.js';

/** What a model made of a signal. */
export interface Hearing {
  /** One vector per call, [dimensions, frames]. */
  readonly latents: readonly Float32Array[];
  /** First channel of the answer, as long as the signal. */
  readonly output: Float32Array;
}

/**
 * Sends each signal through a freshly reset model without noise, all through the encoder and then all through the decoder:
 * only one of the two is in memory at a time. What does not fill a call at the end is left out.
 * @param dir the model's folder
 * @param frames per call, of a variant for one side
 * @throws TillerError as opening and running a model does
 */
export async function listen(
  dir: string,
  manifest: ModelManifest,
  frames: number,
  signals: readonly Float32Array[],
): Promise<Hearing[]> {
  const variant = { frames, batch: 1 };
  const block = manifest.hop * frames;
  const encoder = await openHalf(dir, manifest, variant, 'encoder');
  const latents = withHalf(encoder, () => signals.map((signal) => encode(encoder, signal, block)));
  await collectGarbage();
  const decoder = await openHalf(dir, manifest, variant, 'decoder');
  const outputs = withHalf(decoder, () =>
    signals.map(({ length }, i) => decode(decoder, latents[i] ?? [], block, length)),
  );
  return outputs.map((output, i) => ({ latents: latents[i] ?? [], output }));
}

function withHalf<T>(half: HalfModel, work: () => T): T {
  try {
    return work();
  } finally {
    half.close();
  }
}

const silent = new ConstantNoise(0.5, 0);

function encode(encoder: HalfModel, signal: Float32Array, block: number): Float32Array[] {
  const latents: Float32Array[] = [];
  encoder.reset();
  for (let start = 0; start + block <= signal.length; start += block) {
    for (let at = 0; at < encoder.input.length; at += block) {
      encoder.input.set(signal.subarray(start, start + block), at);
    }
    encoder.run(silent, 1);
    latents.push(encoder.output.slice());
  }
  return latents;
}

function decode(
  decoder: HalfModel,
  latents: readonly Float32Array[],
  block: number,
  length: number,
): Float32Array {
  const out = new Float32Array(length);
  decoder.reset();
  for (const [call, vector] of latents.entries()) {
    // As steering does: a spherical encoder gives no number for silence, and the decoder's caches would keep that.
    vector.forEach((value, i) => (decoder.input[i] = Number.isFinite(value) ? value : 0));
    decoder.run(silent, 1);
    out.set(decoder.output.subarray(0, block), call * block);
  }
  return out;
}
