import type { LibraryEntry } from '../library/model-folder.js';
import { createNoise } from './noise.js';
import { openModel } from './open-model.js';
import type { RunningModel } from './running-model.js';
import { probeSignal } from './probe-signal.js';

const WARM_UP_CALLS = 5;
const MEASURED_CALLS = 25;

/** What one variant costs on this machine, medians over calls. */
export interface VariantCost {
  readonly frames: number;
  readonly batch: number;
  readonly encodeMs: number;
  readonly decodeMs: number;
  /** Encode and decode together, as a share of the time that the audio of a call lasts. */
  readonly shareOfRealTime: number;
}

/**
 * Runs each variant of a model for some calls and measures its cost.
 * @throws TillerError `model-corrupt`, `model-failed`
 */
export async function measureCosts({ dir, manifest }: LibraryEntry): Promise<VariantCost[]> {
  const costs: VariantCost[] = [];
  for (const { frames, batch } of manifest.variants) {
    const model = await openModel(dir, manifest, { frames, batch });
    try {
      costs.push(measureCost(model));
    } finally {
      model.close();
    }
  }
  return costs;
}

/** The cost of an open model; its state is reset before and after. */
export function measureCost(model: RunningModel): VariantCost {
  const { frames, batch, hop, sampleRate } = model.shape;
  const noise = createNoise({ kind: 'seed', seed: 0 });
  const signal = probeSignal(model.audioIn.length, sampleRate);
  const encodeMs: number[] = [];
  const decodeMs: number[] = [];
  model.reset();
  model.audioIn.set(signal);
  for (let call = 0; call < WARM_UP_CALLS + MEASURED_CALLS; call += 1) {
    const start = performance.now();
    model.encode(noise);
    const encoded = performance.now();
    model.latents.set(model.encoded);
    model.decode(noise);
    if (call < WARM_UP_CALLS) continue;
    encodeMs.push(encoded - start);
    decodeMs.push(performance.now() - encoded);
  }
  model.reset();
  const encode = median(encodeMs);
  const decode = median(decodeMs);
  const lastsMs = (1000 * frames * hop) / sampleRate;
  return { frames, batch, encodeMs: encode, decodeMs: decode, shareOfRealTime: (encode + decode) / lastsMs };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
