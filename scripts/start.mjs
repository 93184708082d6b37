import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, root } from './dependencies.mjs';

ensureDependencies();
ensureBundle();
const program = join(root, 'dist', 'engine', 'tiller.js');
const args = process.argv.slice(2);
// In this process, so that a signal that ends `npm start` also ends the engine.
process.chdir(root);
process.argv = [process.execPath, program, ...(args.length === 0 ? ['serve'] : args)];
await import(pathToFileURL(program).href);
