import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, run } from './dependencies.mjs';

ensureDependencies();
ensureBundle();
run(process.execPath, ['dist/engine/tiller.js', 'demo', ...process.argv.slice(2)]);
