import { readFile } from 'node:fs/promises';
import { MANIFEST_FILE } from '../library/model-folder.js';
import { manifestSchema } from '../manifest.js';
import { ConstantNoise } from '../run/noise.js';
import { openModel } from '../run/open-model.js';
import { join } from 'node:path';

/** A process of its own: prints by how many bytes its resident memory grows while the model in the folder `argv[2]` plays. */

const CALLS = 3;

const dir = process.argv[2] ?? '';
const manifest = manifestSchema.parse(JSON.parse(await readFile(join(dir, MANIFEST_FILE), 'utf8')));
const before = process.memoryUsage.rss();
const model = await openModel(dir, manifest, { frames: 1, batch: 1 });
const noise = new ConstantNoise(0.5, 0);
for (let call = 0; call < CALLS; call += 1) {
  model.encode(noise);
  model.decode(noise);
}
process.stdout.write(String(process.memoryUsage.rss() - before));
model.close();
