// Test suites of the project on Windows' Node: a copy of its folder with the test runner's compiled parts for Windows.
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../dependencies.mjs';
import { run } from '../native-build.mjs';
import { unpackedPackage } from '../registry-package.mjs';
import { ensureRuntime } from '../runtime.mjs';
import { windowsDir } from './mingw.mjs';
import { windowsPath } from './wine.mjs';

/** What differs between the systems: files and paths, pipes, worker threads, and numbers that must be the same. */
const SUITES = [
  'test/document',
  'test/protocol',
  'test/engine/host',
  'test/engine/presets',
  'test/engine/persistence/programs',
];
/** They bundle workers while they run, and Wine 8 does not run the bundler. */
const LEFT_OUT = ['test/engine/host/model-recall'];

const COMPILED = ['@swc/core-win32-x64-msvc', '@unrs/resolver-binding-win32-x64-msvc'];

/** Hard links to this machine's packages, and beside them the compiled parts for Windows. */
function placePackages(modules) {
  run('cp', ['-al', join(root, 'node_modules'), modules]);
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const name of COMPILED) {
    const { version, integrity } = packages[`node_modules/${name}`];
    rmSync(join(modules, name), { recursive: true, force: true });
    cpSync(unpackedPackage({ name, version, integrity }), join(modules, name), { recursive: true });
  }
}

/** A folder like the project's. Returns the path of Node in it. */
function makeTestFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  placePackages(join(folder, 'node_modules'));
  for (const name of ['src', 'test', 'presets', 'models', 'native', 'scripts', 'dist', 'docs'])
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(folder, name));
  for (const name of ['package.json', 'package-lock.json', 'jest.config.js', 'tsconfig.json'])
    copyFileSync(join(root, name), join(folder, name));
  const node = join(folder, 'node.exe');
  copyFileSync(ensureRuntime('win32', 'x64').program, node);
  run('x86_64-w64-mingw32-gcc', [
    ...['-shared', '-O2', '-o', join(folder, 'bcryptprimitives.dll')],
    ...[join(root, 'test', 'windows', 'bcryptprimitives.c'), '-ladvapi32'],
  ]);
  return node;
}

/** Runs the suites under Wine. @returns {string} the runner's report */
export function runJest(wine) {
  const folder = join(windowsDir, 'jest');
  const node = makeTestFolder(folder);
  const jest = windowsPath(join(folder, 'node_modules', 'jest', 'bin', 'jest.js'));
  const report = wine.run(
    node,
    [
      ...['--experimental-vm-modules', jest, '--runInBand', '--ci', '--no-watchman', '--no-cache'],
      ...['--testTimeout', '300000', '--testPathIgnorePatterns', ...LEFT_OUT],
      ...['--testPathPatterns', ...SUITES],
    ],
    { cwd: folder },
  );
  assert.match(report, /^Tests: +\d+ passed, \d+ total$/m, report);
  return report;
}
