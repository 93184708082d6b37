// The runtime of Visual C++ for tests on Linux, from a Python package that is checked by its hash. What players get comes from
// Visual Studio.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages, run } from '../native-build.mjs';
import { windowsDir } from './mingw.mjs';

const NAME = 'msvc-runtime';
const VERSION = '14.51.36231';
const HASH = 'sha256:89f70d1a37bb64164cdb09d02dd82d6b1400e1310be2995b4ed5a9f23efe2222';

/** @returns {string} a folder with `msvcp140.dll`, `vcruntime140.dll` and others */
export function ensureVisualCppRuntime() {
  const folder = join(windowsDir, `${NAME}-${VERSION}`);
  const libraries = join(folder, `msvc_runtime-${VERSION}.data`, 'data', 'Scripts');
  if (existsSync(folder)) return libraries;
  ensurePackages(['python3-pip', 'unzip']);
  mkdirSync(windowsDir, { recursive: true });
  const scratch = mkdtempSync(join(windowsDir, 'download-'));
  try {
    const requirements = join(scratch, 'requirements.txt');
    writeFileSync(requirements, `${NAME}==${VERSION} --hash=${HASH}\n`);
    run('python3', [
      ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--require-hashes', '--only-binary', ':all:'],
      ...['--platform', 'win_amd64', '--python-version', '3.12', '--dest', scratch, '-r', requirements],
    ]);
    const wheel = readdirSync(scratch).find((name) => name.endsWith('.whl'));
    run('unzip', ['-q', join(scratch, wheel), '-d', join(scratch, 'unpacked')]);
    renameSync(join(scratch, 'unpacked'), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return libraries;
}
