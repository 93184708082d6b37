import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../library/model-folder.js';
import { manifestSchema } from '../manifest.js';
import { makeLight } from './make-light.js';

/** A process of its own: makes the light form of the model in the folder `argv[2]`, and prints the attempt as JSON; `argv[3]` is its token. */

/** Of the system: audio that plays meanwhile comes first. */
const LOW_PRIORITY = 10;

setPriority(LOW_PRIORITY);
const [, , dir = '', token = ''] = process.argv;
const manifest = manifestSchema.parse(JSON.parse(await readFile(join(dir, MANIFEST_FILE), 'utf8')));
process.stdout.write(JSON.stringify(await makeLight({ dir, manifest }, token)));
