import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LightFigures } from '../../../protocol/model-report.js';
import { constantProducts } from '../../onnx/constant-products.js';
import type { LibraryEntry } from '../library/model-folder.js';
import { hasLight } from '../manifest.js';
import { measureLoads } from '../report/measure-loads.js';
import { ConstantNoise } from '../run/noise.js';
import { openModel } from '../run/open-model.js';
import type { RunningModel } from '../run/running-model.js';
import { noiseShare, signalToNoiseDb, spectralDistanceDb } from './compare-sounds.js';
import { encodes, type Heard, joined } from './hear-forms.js';
import type { Graph } from './light-files.js';
import { exactBytes, lightBytes } from './light-weights.js';

const TURNS = 9;
const CALLS_OF_A_TURN = 5;
const noise = new ConstantNoise(0.5, 0);

/**
 * What a light form gives and costs.
 * @param entry with the light form in its manifest
 * @param single the graphs of one frame and one side
 * @param exact what the exact form gives for the test calls
 * @param light what the light one gives
 * @throws TillerError `model-corrupt`, `model-failed`
 */
export async function measureLight(
  entry: LibraryEntry,
  single: readonly Graph[],
  exact: Heard,
  light: Heard,
): Promise<LightFigures> {
  const { dir, manifest } = entry;
  const snrDb = (of: keyof Heard) => signalToNoiseDb(noiseShare(joined(exact[of]), joined(light[of])));
  const inLight = manifest.variants.filter((variant) => hasLight(manifest, variant));
  return {
    loads: await measureLoads({ dir, manifest: { ...manifest, variants: inLight } }, 'light'),
    timesFaster: await timesFaster(entry),
    weightBytes: await weightBytes(entry, single),
    latentsSnrDb: encodes(manifest) ? snrDb('latents') : null,
    audioSnrDb: snrDb('audio'),
    spectralDistanceDb: spectralDistanceDb(joined(exact.audio), joined(light.audio)),
  };
}

/** Both forms by turns, so that other work on the machine affects both: the ratio of their medians. */
async function timesFaster({ dir, manifest }: LibraryEntry): Promise<number> {
  const models: RunningModel[] = [];
  try {
    for (const precision of ['exact', 'light'] as const)
      models.push(await openModel(dir, manifest, { frames: 1, batch: 1, precision }));
    const times = models.map((): number[] => []);
    for (let turn = 0; turn < TURNS; turn += 1)
      for (const [i, model] of models.entries()) {
        // The first call finds the caches full of the other form.
        const [, ...measured] = Array.from({ length: CALLS_OF_A_TURN }, () => callMs(model));
        times[i]?.push(...measured);
      }
    const [exact = NaN, light = NaN] = times.map(median);
    return exact / light;
  } finally {
    for (const model of models) model.close();
  }
}

/** Milliseconds of one call of each graph. */
function callMs(model: RunningModel): number {
  const start = performance.now();
  model.encode(noise);
  model.latents.set(model.encoded);
  model.decode(noise);
  return performance.now() - start;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

async function weightBytes(
  { dir, manifest }: LibraryEntry,
  single: readonly Graph[],
): Promise<LightFigures['weightBytes']> {
  const bytes = { exact: 0, light: 0 };
  const variant = manifest.variants.find(({ frames, batch }) => frames === 1 && batch === 1);
  for (const { role, model } of single) {
    const all = constantProducts(model);
    const file = variant?.[role]?.lightFile;
    const left = file === undefined ? all : constantProducts(await readFile(join(dir, file)));
    // Nodes keep their places.
    const stays = new Set(left.map(({ node }) => node));
    for (const product of all) {
      bytes.exact += exactBytes(product);
      bytes.light += stays.has(product.node) ? exactBytes(product) : lightBytes(product);
    }
  }
  return bytes;
}
