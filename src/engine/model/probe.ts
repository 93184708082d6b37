import { measureDelay } from './delay.js';
import type { ModelManifest } from './manifest.js';
import { ConstantNoise } from './noise.js';
import { openModel } from './run.js';
import type { RunningModel } from './running.js';
import { probeSignal } from './signal.js';

/** Seconds that a model listens to, and the first of them that do not count. */
const PROBE_SECONDS = 3;
const SETTLE_SECONDS = 0.25;
const LOW_PERCENTILE = 0.02;
const HIGH_PERCENTILE = 0.98;

export interface Measured {
  readonly delaySamples: number;
  readonly latentRanges: [number, number][];
}

/** Measures what only listening tells: the model's own delay, and the ranges its latents cover. */
export async function probeModel(dir: string, manifest: ModelManifest): Promise<Measured> {
  const frames = Math.max(
    ...manifest.variants.filter(({ batch }) => batch === 1).map(({ frames: count }) => count),
  );
  const model = await openModel(dir, manifest, { frames, batch: 1 });
  try {
    const signal = probeSignal(Math.round(PROBE_SECONDS * manifest.sampleRate), manifest.sampleRate);
    const latentRanges = measureRanges(model, signal);
    return { latentRanges, delaySamples: measureDelay(model) };
  } finally {
    model.close();
  }
}

/** 2nd to 98th percentile of each dimension over the probe. */
function measureRanges(model: RunningModel, signal: Float32Array): [number, number][] {
  const { hop, frames, latentDims, inputChannels, sampleRate } = model.shape;
  const noise = new ConstantNoise(0.5, 0);
  const values = Array.from({ length: latentDims }, (): number[] => []);
  const block = hop * frames;
  model.reset();
  for (let start = 0; start + block <= signal.length; start += block) {
    for (let channel = 0; channel < inputChannels; channel += 1) {
      model.audioIn.set(signal.subarray(start, start + block), channel * block);
    }
    model.encode(noise);
    if (start < SETTLE_SECONDS * sampleRate) continue;
    for (const [dimension, list] of values.entries()) {
      for (let frame = 0; frame < frames; frame += 1)
        list.push(model.encoded[dimension * frames + frame] ?? 0);
    }
  }
  return values.map((list) => {
    const sorted = list.filter(Number.isFinite).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
    return [at(LOW_PERCENTILE), at(HIGH_PERCENTILE)];
  });
}
