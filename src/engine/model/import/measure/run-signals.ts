import { isEffect, type ModelManifest } from '../../manifest.js';
import { ConstantNoise } from '../../run/noise.js';
import { zeroNonFinite } from '../../run/non-finite.js';
import { openGraph } from '../../run/open-model.js';
import type { RunningGraph } from '../../run/running-model.js';
import { collectAfterModel } from '../collect-garbage.js';

/** What a model made of one signal. */
export interface ModelResponse {
  /** One array per call, [dimensions, frames]. A latent that is no finite number counts as 0. */
  readonly latents: readonly Float32Array[];
  /** For each call, whether the encoder gave a finite number for every latent. */
  readonly finiteCalls: readonly boolean[];
  /** First channel of the decoded audio, as long as the signal. Zero in calls whose latents were not all finite: no answer. */
  readonly output: Float32Array;
}

/**
 * Sends each signal through a freshly reset model with its random operations silenced: all signals through the encoder, and
 * then all through the decoder, so that only one of the two is in memory at a time. What does not fill a call at the end of
 * a signal is left out.
 * @param dir the model's folder
 * @param frames latent frames per call, of a variant with batch 1
 * @throws TillerError as opening and running a model does
 */
export async function runSignals(
  dir: string,
  manifest: ModelManifest,
  frames: number,
  signals: readonly Float32Array[],
): Promise<ModelResponse[]> {
  const variant = { frames, batch: 1 };
  const block = manifest.hop * frames;
  if (isEffect(manifest)) {
    const forward = await openGraph(dir, manifest, variant, 'decoder');
    return closingAfterwards(forward, () => signals.map((signal) => pass(forward, signal, block)));
  }
  const encoder = await openGraph(dir, manifest, variant, 'encoder');
  const encoded = closingAfterwards(encoder, () => signals.map((signal) => encode(encoder, signal, block)));
  await collectAfterModel(manifest.sourceBytes);
  const decoder = await openGraph(dir, manifest, variant, 'decoder');
  return closingAfterwards(decoder, () =>
    encoded.map((response, i) => ({
      ...response,
      output: decode(decoder, response, block, signals[i]?.length ?? 0),
    })),
  );
}

function closingAfterwards<T>(graph: RunningGraph, work: () => T): T {
  try {
    return work();
  } finally {
    graph.close();
  }
}

const silent = new ConstantNoise(0.5, 0);

/** What an effect makes of a signal. */
function pass(effect: RunningGraph, signal: Float32Array, block: number): ModelResponse {
  const output = new Float32Array(signal.length);
  const finiteCalls: boolean[] = [];
  effect.reset();
  for (let start = 0; start + block <= signal.length; start += block) {
    for (let at = 0; at < effect.input.length; at += block)
      effect.input.set(signal.subarray(start, start + block), at);
    effect.run(silent, 1);
    const isFinite = !zeroNonFinite(effect.output);
    finiteCalls.push(isFinite);
    if (isFinite) output.set(effect.output.subarray(0, block), start);
  }
  return { latents: [], finiteCalls, output };
}

function encode(
  encoder: RunningGraph,
  signal: Float32Array,
  block: number,
): Pick<ModelResponse, 'latents' | 'finiteCalls'> {
  const latents: Float32Array[] = [];
  const finiteCalls: boolean[] = [];
  encoder.reset();
  for (let start = 0; start + block <= signal.length; start += block) {
    for (let at = 0; at < encoder.input.length; at += block) {
      encoder.input.set(signal.subarray(start, start + block), at);
    }
    encoder.run(silent, 1);
    const vector = encoder.output.slice();
    finiteCalls.push(!zeroNonFinite(vector));
    latents.push(vector);
  }
  return { latents, finiteCalls };
}

function decode(
  decoder: RunningGraph,
  { latents, finiteCalls }: Pick<ModelResponse, 'latents' | 'finiteCalls'>,
  block: number,
  length: number,
): Float32Array {
  const out = new Float32Array(length);
  decoder.reset();
  for (const [call, vector] of latents.entries()) {
    decoder.input.set(vector);
    decoder.run(silent, 1);
    if (finiteCalls[call] === true) out.set(decoder.output.subarray(0, block), call * block);
  }
  return out;
}
