import { ConstantNoise } from './noise.js';
import type { ModelManifest } from './manifest.js';
import { openModel } from './run.js';

/** What playing a model costs on this machine: medians over a second of silence, one frame per call, one thread. */
export interface ModelCost {
  readonly encodeMs: number;
  readonly decodeMs: number;
  /** Both, as a share of the frame's own duration. */
  readonly realTimeShare: number;
}

const WARM_UP = 20;
const MEASURED = 100;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Measures a model of the library. @throws TillerError `model-corrupt`, `model-failed` */
export async function inspectModel(dir: string, manifest: ModelManifest): Promise<ModelCost> {
  const model = await openModel(dir, manifest, { frames: 1, batch: 1 });
  const noise = new ConstantNoise(0.5, 0);
  const timed = (half: 'encode' | 'decode') => {
    const start = performance.now();
    model[half](noise);
    return performance.now() - start;
  };
  try {
    for (let i = 0; i < WARM_UP; i++) {
      timed('encode');
      timed('decode');
    }
    const times = Array.from({ length: MEASURED }, () => [timed('encode'), timed('decode')] as const);
    const encodeMs = median(times.map(([encode]) => encode));
    const decodeMs = median(times.map(([, decode]) => decode));
    return {
      encodeMs,
      decodeMs,
      realTimeShare: (encodeMs + decodeMs) / ((1000 * manifest.hop) / manifest.sampleRate),
    };
  } finally {
    model.close();
  }
}
