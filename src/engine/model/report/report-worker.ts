import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../library/model-folder.js';
import { manifestSchema } from '../manifest.js';
import { ConstantNoise } from '../run/noise.js';
import { openModel } from '../run/open-model.js';
import { measureFigures } from './measure-figures.js';

/** A process of its own: prints the figures of the model in the folder `argv[2]` as JSON; `argv[3]` is `thorough` for all effects. */

const CALLS = 3;

const [, , dir = '', extent] = process.argv;
const manifest = manifestSchema.parse(JSON.parse(await readFile(join(dir, MANIFEST_FILE), 'utf8')));
// First: later, memory that other models have left would be used again, and not be counted.
const memoryBytes = await memoryGrowth();
const figures = await measureFigures({ dir, manifest }, { memoryBytes, thorough: extent === 'thorough' });
process.stdout.write(JSON.stringify(figures));

/** By how much the process's resident memory grows while the model plays; null where it does not grow. */
async function memoryGrowth(): Promise<number | null> {
  const before = process.memoryUsage.rss();
  const model = await openModel(dir, manifest, { frames: 1, batch: 1 });
  const noise = new ConstantNoise(0.5, 0);
  for (let call = 0; call < CALLS; call += 1) {
    model.encode(noise);
    model.decode(noise);
  }
  const bytes = process.memoryUsage.rss() - before;
  model.close();
  return bytes > 0 ? bytes : null;
}
