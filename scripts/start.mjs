import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, run } from './dependencies.mjs';

ensureDependencies();
ensureBundle();
const args = process.argv.slice(2);
run(process.execPath, ['dist/engine/tiller.js', ...(args.length === 0 ? ['serve'] : args)]);
