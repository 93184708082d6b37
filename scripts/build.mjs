import { ensureBundle } from './bundle.mjs';
import { ensureDependencies } from './dependencies.mjs';

ensureDependencies();
ensureBundle();
