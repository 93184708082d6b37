import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, run } from './dependencies.mjs';

ensureDependencies();
ensureBundle();
run(process.execPath, ['dist/engine/tiller.js', 'bench', ...process.argv.slice(2)]);
