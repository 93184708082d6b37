import { measureDelay } from './delay.js';
import type { ModelManifest } from './manifest.js';
import { playThrough } from './play-through.js';
import { openModel } from './run.js';
import type { RunningModel } from './running.js';
import { probeSignal } from './signal.js';

/** Seconds that a model listens to; tiny hops get fewer, so that the calls stay few. */
const PROBE_SECONDS = 3;
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
  const single = manifest.variants.filter(({ batch }) => batch === 1).map(({ frames }) => frames);
  const model = await openModel(dir, manifest, { frames: Math.max(...single), batch: 1 });
  try {
    const { hop, frames, sampleRate } = model.shape;
    const length = Math.min(PROBE_SECONDS * sampleRate, MAX_CALLS * hop * frames);
    const signal = probeSignal(Math.round(length), sampleRate);
    const ranges = new Ranges(model);
    const output = playThrough(model, signal, () => ranges.hear());
    return { latentRanges: ranges.percentiles(), delaySamples: measureDelay(model, signal, output) };
  } finally {
    model.close();
  }
}

/** Collects what the latents of a model do. */
class Ranges {
  private readonly values: number[][];
  private heard = 0;

  constructor(private readonly model: RunningModel) {
    this.values = Array.from({ length: model.shape.latentDims }, () => []);
  }

  hear(): void {
    const { hop, frames, sampleRate } = this.model.shape;
    this.heard += hop * frames;
    if (this.heard < SETTLE_SECONDS * sampleRate) return;
    for (const [dimension, list] of this.values.entries()) {
      for (let frame = 0; frame < frames; frame += 1) {
        list.push(this.model.encoded[dimension * frames + frame] ?? 0);
      }
    }
  }

  percentiles(): [number, number][] {
    return this.values.map((list) => {
      const sorted = list.filter(Number.isFinite).sort((a, b) => a - b);
      const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
      return [at(LOW_PERCENTILE), at(HIGH_PERCENTILE)];
    });
  }
}
