import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, runTool } from './dependencies.mjs';

const SOURCES = ['src', 'rollup.config.js', 'package.json', 'package-lock.json'];
const PRODUCTS = ['dist/engine/tiller.js', 'dist/ui/main.js'];

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Builds the engine and the page when a source is newer than what was built. */
export function ensureBundle() {
  const products = PRODUCTS.map((product) => join(root, product));
  const built = products.every((product) => existsSync(product)) ? Math.min(...products.map(newest)) : 0;
  const changed = Math.max(...SOURCES.map((source) => newest(join(root, source))));
  if (changed <= built) return;
  console.log('Building …');
  runTool('rollup/dist/bin/rollup', ['-c', '--silent']);
}
