import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { BUSY, root, runTool } from './dependencies.mjs';

const SOURCES = [
  ...['src', 'bench', 'docs/manual', 'docs/images', 'scripts/manual-pages.mjs'],
  ...['rollup.config.js', 'package.json', 'package-lock.json'],
];
const PRODUCTS = ['dist/engine/tiller.js', 'dist/ui/main.js'];
const MODELS = join(root, 'models');
const IMPORTED = join(root, 'dist', 'models');
const program = join(root, 'dist', 'engine', 'tiller.js');

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** The bundled models' `.ts` files. */
function modelFiles() {
  return readdirSync(MODELS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(MODELS, name, `${name}.ts`))
    .filter((path) => existsSync(path));
}

/** Imports the bundled models into `dist/models`, so that the first use does not have to. */
function importModels() {
  const staged = `${IMPORTED}.${process.pid}`;
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true });
  for (const path of modelFiles()) {
    const { status } = spawnSync(
      process.execPath,
      [program, 'import', path, '--no-light', '--library', staged],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    if (status !== 0) process.exit(status ?? 1);
    const card = join(dirname(path), 'card.json');
    const target = join(staged, basename(path, '.ts'));
    mkdirSync(target);
    if (existsSync(card)) copyFileSync(card, join(target, 'card.json'));
  }
  rmSync(IMPORTED, { recursive: true, force: true });
  renameSync(staged, IMPORTED);
}

/** Builds the engine and the page where a source is newer than the build, and then imports the bundled models again. */
export function ensureBundle() {
  withLock(BUSY, build);
}

function build() {
  const products = PRODUCTS.map((product) => join(root, product));
  const built = products.every((product) => existsSync(product)) ? Math.min(...products.map(newest)) : 0;
  const changed = Math.max(...SOURCES.map((source) => newest(join(root, source))));
  if (changed > built) {
    console.error('Building …');
    // Chunks are named by their content: those of an earlier build would remain and be packed into the plugin.
    for (const folder of ['engine', 'ui'])
      rmSync(join(root, 'dist', folder), { recursive: true, force: true });
    runTool('rollup/dist/bin/rollup', ['-c', '--silent']);
    // npx makes it executable only once.
    chmodSync(program, statSync(program).mode | 0o111);
  }
  const imported = existsSync(IMPORTED) ? statSync(IMPORTED).mtimeMs : 0;
  if (changed > built || Math.max(0, ...modelFiles().map(newest)) > imported) importModels();
}
