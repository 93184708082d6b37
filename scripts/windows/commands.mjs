// Commands of the engine on Windows' Node: the files that they write are the same as Linux's, byte by byte.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, posix, relative, win32 } from 'node:path';
import { root } from '../dependencies.mjs';
import { run } from '../native-build.mjs';
import { ensureRuntime } from '../runtime.mjs';
import { windowsDir } from './mingw.mjs';
import { windowsPath } from './wine.mjs';

/** A model's report: what it takes of the machine is measured, what its latents do is computed. */
const REPORT = 'report.json';
const MEASURED = ['loads', 'processor', 'memoryBytes'];

/** Every file below a folder, with its path from there. */
const filesIn = (path) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .sort();

function computedPart(path) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  for (const field of MEASURED) {
    assert.ok(field in report, `${path} has no ${field}`);
    delete report[field];
  }
  return report;
}

function assertEqualFolders(ours, theirs) {
  const files = filesIn(ours);
  assert.ok(files.length > 0, `${ours} is empty`);
  assert.deepEqual(filesIn(theirs), files);
  for (const file of files)
    if (file.endsWith(REPORT))
      assert.deepEqual(computedPart(join(theirs, file)), computedPart(join(ours, file)));
    else
      assert.ok(
        readFileSync(join(ours, file)).equals(readFileSync(join(theirs, file))),
        `${file} differs from Linux's`,
      );
}

/** Compares the commands of the engine packed in `engine` with those of this machine. */
export function testCommands(wine, engine) {
  const tiller = (args) =>
    wine.run(join(engine, 'node.exe'), [windowsPath(join(engine, 'dist', 'engine', 'tiller.js')), ...args]);

  /** Runs a command on both systems; `args` gets the folder to write into, paths of this machine, and how to join. */
  function compare(name, args) {
    const [linux, windows] = ['linux', 'windows'].map((system) => join(windowsDir, 'results', system, name));
    for (const path of [linux, windows]) {
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path, { recursive: true });
    }
    const here = args(linux, (path) => path, posix);
    // The same version of Node as there.
    run(ensureRuntime().program, [join(root, 'dist', 'engine', 'tiller.js'), ...here], { stdio: 'ignore' });
    tiller(args(windowsPath(windows), windowsPath, win32));
    assertEqualFolders(linux, windows);
    console.log(`pass ${name}: ${filesIn(linux).length} files as on Linux`);
  }

  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.equal(tiller(['--version']).trim(), version);
  console.log('pass the command prints its version');
  tiller(['doctor']);
  console.log('pass doctor');
  const model = join(root, 'models', 'percussion', 'percussion.ts');
  compare('import', (out, path) => ['import', path(model), '--library', out]);
  compare('render', (out, path, { join: joined }) => [
    ...['render', path(`${root}/models/loops/tabla.wav`), '-o', joined(out, 'Zoë’s loop.wav')],
    ...['--preset', path(`${root}/presets/struck-by-hand.tiller.json`)],
  ]);
  compare('demo', (out) => ['demo', '-o', out]);
}
