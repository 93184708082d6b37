import { measureDelay } from './delay.js';
import { listen } from './listen.js';
import type { ModelManifest } from '../manifest.js';
import { probeSignal } from '../run/probe-signal.js';

/** Seconds that a model listens to: fewer for tiny hops, so that the calls stay few, and more for the largest. */
const PROBE_SECONDS = 3;
const MIN_CALLS = 4;
const MAX_CALLS = 1500;
/** Latents of the first seconds do not count: the model still hears the silence before. */
const SETTLE_SECONDS = 0.25;
const LOW_PERCENTILE = 0.02;
const HIGH_PERCENTILE = 0.98;

export interface Measured {
  readonly delaySamples: number;
  readonly latentRanges: [number, number][];
}

/** Measures what only listening tells: the model's own delay, and the ranges its latents cover. */
export async function probeModel(dir: string, manifest: ModelManifest): Promise<Measured> {
  const { hop, sampleRate, latentDims } = manifest;
  const single = manifest.variants.filter(({ batch }) => batch === 1);
  const frames = Math.max(...single.map((variant) => variant.frames));
  const block = hop * frames;
  const length = Math.max(MIN_CALLS * block, Math.min(PROBE_SECONDS * sampleRate, MAX_CALLS * block));
  const signal = probeSignal(length, sampleRate);
  const hear = (signals: readonly Float32Array[]) => listen(dir, manifest, frames, signals);
  const [heard] = await hear([signal]);
  if (heard === undefined) throw new RangeError('a signal has an answer');
  const settled = heard.latents.slice(Math.ceil((SETTLE_SECONDS * sampleRate) / block) - 1);
  return {
    latentRanges: Array.from({ length: latentDims }, (_, dimension) =>
      range(settled.flatMap((vector) => [...vector.subarray(dimension * frames, (dimension + 1) * frames)])),
    ),
    delaySamples: await measureDelay({ sampleRate, hop, frames }, signal, heard.output, hear),
  };
}

/** Between which values a latent lies most of the time. */
function range(values: readonly number[]): [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return [at(LOW_PERCENTILE), at(HIGH_PERCENTILE)];
}
