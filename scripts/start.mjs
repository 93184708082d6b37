import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, root } from './dependencies.mjs';
import { startArguments } from './start-arguments.mjs';

ensureDependencies();
ensureBundle();
const program = join(root, 'dist', 'engine', 'tiller.js');
// In this process, so that a signal that ends `npm start` also ends the engine.
process.chdir(root);
process.argv = [process.execPath, program, ...startArguments(process.argv.slice(2))];
await import(pathToFileURL(program).href);
