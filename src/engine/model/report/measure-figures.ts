import { cpus } from 'node:os';
import type { LatentReport, ModelReport } from '../../../protocol/model-report.js';
import { wholeSound } from '../../audio/sound-stream.js';
import type { LibraryEntry } from '../library/model-folder.js';
import { encodeSound } from '../run/encode-sound.js';
import { ConstantNoise } from '../run/noise.js';
import { isEffect } from '../manifest.js';
import { openForListening } from '../run/open-model.js';
import { probeSignal } from '../run/probe-signal.js';
import { measureEffects } from './measure-effects.js';
import { measureLoads } from './measure-loads.js';

/** Length of the test signal; bounded by a number of latent frames, so that tiny hops do not take long. */
const PROBE_SECONDS = 2;
const LEAST_FRAMES = 16;
const MOST_FRAMES = 3000;
/** Latents of the first seconds are not counted: the model's state still holds the silence before. */
const SETTLE_SECONDS = 0.25;
/** Time after which effects of further latents are left out while a model is imported. */
const EFFECTS_MS = 1000;

/** The processor of this machine, by which loads are recognised as its own. */
export const processorName = (): string => (cpus()[0]?.model ?? 'unknown').trim().slice(0, 200);

export interface FigureOptions {
  /** Measures the effect of every latent, however long it takes. */
  readonly thorough: boolean;
  /** Null where it was not measured. */
  readonly memoryBytes: number | null;
}

/**
 * A report without notes: runs the model to find out what it takes and what its latents do. Blocks the calling thread for up to
 * some seconds.
 * @throws TillerError `model-corrupt`, `model-failed`
 */
export async function measureFigures(
  entry: LibraryEntry,
  { thorough, memoryBytes }: FigureOptions,
): Promise<ModelReport> {
  return {
    format: 'tiller-model-report',
    version: 1,
    notes: [],
    loads: await measureLoads(entry),
    processor: processorName(),
    memoryBytes,
    latents: await measureLatents(entry, thorough ? Infinity : EFFECTS_MS),
  };
}

async function measureLatents({ dir, manifest }: LibraryEntry, mostMs: number): Promise<LatentReport[]> {
  if (isEffect(manifest)) return [];
  const model = await openForListening(dir, manifest);
  try {
    const { sampleRate, hop } = manifest;
    const settle = Math.ceil((SETTLE_SECONDS * sampleRate) / hop);
    const length = Math.min(MOST_FRAMES, Math.max(settle + LEAST_FRAMES, (PROBE_SECONDS * sampleRate) / hop));
    const probe = probeSignal(Math.ceil(length) * hop, sampleRate);
    // Without random operations: what the encoder gives, not what it adds to it.
    const frames = encodeSound(model, new ConstantNoise(0.5, 0), wholeSound(sampleRate, [probe]), Infinity);
    const settled = frames.slice(frames.length > settle ? settle : 0);
    const mean = moments(settled, manifest.latentDims, (value) => value);
    const activity = moments(settled, manifest.latentDims, (value, d) => (value - (mean[d] ?? 0)) ** 2).map(
      Math.sqrt,
    );
    const order = [...activity.keys()].sort((a, b) => (activity[b] ?? 0) - (activity[a] ?? 0));
    const end = performance.now() + mostMs;
    const effects = measureEffects(
      model,
      manifest.latentRanges,
      settled,
      order,
      () => performance.now() > end,
    );
    return Array.from(activity, (deviation, d) => ({ activity: deviation, effect: effects[d] ?? null }));
  } finally {
    model.close();
  }
}

/** Per dimension, the mean over frames; 0 where there are none. */
function moments(
  frames: readonly Float64Array[],
  latentDims: number,
  of: (value: number, dimension: number) => number,
): Float64Array {
  const out = new Float64Array(latentDims);
  for (const frame of frames)
    for (let d = 0; d < latentDims; d += 1) out[d] = (out[d] ?? 0) + of(frame[d] ?? 0, d) / frames.length;
  return out;
}
