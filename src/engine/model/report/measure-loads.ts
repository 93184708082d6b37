import type { Precision } from '../../../document/output.js';
import type { ModelLoad } from '../../../protocol/model-report.js';
import type { LibraryEntry } from '../library/model-folder.js';
import { createNoise } from '../run/noise.js';
import { openModel } from '../run/open-model.js';
import { probeSignal } from '../run/probe-signal.js';
import type { RunningModel } from '../run/running-model.js';

const WARM_UP_CALLS = 2;
const LEAST_CALLS = 5;
const MOST_CALLS = 25;
/** Time after which no further call of a variant is measured, beyond the least number. */
const MOST_MS = 100;

/**
 * Runs each variant of a model for some calls and measures what it takes of the processor.
 * @throws TillerError `model-corrupt`, `model-failed`
 */
export async function measureLoads(
  { dir, manifest }: LibraryEntry,
  precision: Precision = 'exact',
): Promise<ModelLoad[]> {
  const loads: ModelLoad[] = [];
  for (const { frames, batch } of manifest.variants) {
    const model = await openModel(dir, manifest, { frames, batch, precision });
    try {
      loads.push(measureLoad(model));
    } finally {
      model.close();
    }
  }
  return loads;
}

/** The load of an open model; its state is reset before and after. */
export function measureLoad(model: RunningModel): ModelLoad {
  const { frames, batch, hop, sampleRate } = model.shape;
  const hasPrior = model.priorIn.length > 0;
  const noise = createNoise({ kind: 'seed', seed: 0 });
  const encodeMs: number[] = [];
  const decodeMs: number[] = [];
  const priorMs: number[] = [];
  model.reset();
  model.audioIn.set(probeSignal(model.audioIn.length, sampleRate));
  const began = performance.now();
  const isEnough = (calls: number) =>
    calls >= MOST_CALLS || (calls >= LEAST_CALLS && performance.now() - began > MOST_MS);
  for (let call = -WARM_UP_CALLS; !isEnough(call); call += 1) {
    const start = performance.now();
    model.encode(noise);
    const encoded = performance.now();
    model.latents.set(model.encoded);
    model.decode(noise);
    const decoded = performance.now();
    if (hasPrior) model.generate(noise);
    const generated = performance.now();
    if (call < 0) continue;
    encodeMs.push(encoded - start);
    decodeMs.push(decoded - encoded);
    priorMs.push(generated - decoded);
  }
  model.reset();
  const encode = median(encodeMs);
  const decode = median(decodeMs);
  const lastsMs = (1000 * frames * hop) / sampleRate;
  return {
    frames,
    batch,
    encodeMs: encode,
    decodeMs: decode,
    ...(hasPrior ? { priorMs: median(priorMs) } : {}),
    shareOfRealTime: (encode + decode) / lastsMs,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
