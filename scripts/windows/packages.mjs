// The packages for Windows, built with MinGW, installed under Wine, used, and uninstalled.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from '../dependencies.mjs';
import { ensurePackages } from '../native-build.mjs';
import { packageWindows } from '../packaging/windows.mjs';
import { checkImports } from './libraries.mjs';
import { windowsDir } from './mingw.mjs';
import { windowsPath } from './wine.mjs';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Every file below `folder`, relative to it. */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

function check(name, test) {
  test();
  console.log(`pass ${name}`);
}

/** Packs `formats`, which have their engine. @returns {string[]} the archive and the installer */
export function makePackages(formats) {
  ensurePackages(['nsis', 'zip']);
  const out = join(windowsDir, 'packages');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const scratch = mkdtempSync(join(windowsDir, 'package-'));
  try {
    return packageWindows({
      name: `tiller-${version}-windows-x64`,
      version,
      root,
      assets: join(root, 'packaging', 'windows'),
      formats,
      scratch,
      out,
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs the engine in a folder, and the plugin with it where a test program is given. */
function checkInstallation(wine, { command, bundle, tests }) {
  assert.equal(wine.run('cmd', ['/c', windowsPath(command), '--version']).trim(), version);
  assert.match(wine.run('cmd', ['/c', windowsPath(command), 'inspect', 'percussion']), /512/);
  const report = wine.run(tests, [windowsPath(bundle), 'a new instance plays the model']);
  assert.match(report, /1 passed, 0 failed/);
}

function testArchive(wine, archive, tests) {
  const folder = mkdtempSync(join(tmpdir(), 'tiller Zoë Müller '));
  try {
    execFileSync('unzip', ['-q', archive, '-d', folder]);
    const top = join(folder, readdirSync(folder)[0]);
    check('the archive’s programs find the libraries that they need', () => {
      assert.ok(checkImports(top) > 8);
      assert.deepEqual(
        filesIn(top).filter((path) => /directml|dxcompiler|dxil/i.test(path)),
        [],
      );
      for (const file of ['LICENSE', 'NOTICE', 'CHANGELOG.md']) assert.ok(existsSync(join(top, file)), file);
      assert.ok(existsSync(join(top, 'Standalone', 'engine', 'NODE-LICENSE')));
    });
    check('the archive’s command and plugin run where it was unpacked', () => {
      const command = join(top, 'Standalone', 'tiller.cmd');
      checkInstallation(wine, { command, bundle: join(top, 'Tiller.vst3'), tests });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function testInstaller(wine, installer, tests) {
  const users = join(wine.drive, 'users');
  const user = join(
    users,
    readdirSync(users).find((name) => name !== 'Public'),
  );
  const local = join(user, 'AppData', 'Local');
  const program = join(local, 'Programs', 'Tiller');
  const bundle = join(local, 'Programs', 'Common', 'VST3', 'Tiller.vst3');
  const before = filesIn(user);
  const own = join(local, 'tiller', 'Data', 'presets', 'mine.tiller.json');
  mkdirSync(join(own, '..'), { recursive: true });
  writeFileSync(own, '{}');
  const registered = 'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\Tiller';

  check('the installer runs twice, the second time over the first', () => {
    wine.run(installer, ['/S']);
    const stale = join(program, 'engine', 'of an older version.txt');
    writeFileSync(stale, '');
    wine.run(installer, ['/S']);
    assert.ok(!existsSync(stale), 'a file of the version before is left');
    assert.match(wine.run('reg', ['query', registered, '/v', 'DisplayVersion']), new RegExp(version));
  });
  check('what it installed runs', () => {
    checkInstallation(wine, { command: join(program, 'tiller.cmd'), bundle, tests });
  });
  // The uninstaller goes on as a copy of itself, so that it can delete its own file.
  wine.run(join(program, 'uninstall.exe'), ['/S']);
  for (let turn = 0; existsSync(program) && turn < 600; turn++) await pause(200);
  check('uninstalling leaves the player’s own files only', () => {
    // Among temporary files are the uninstaller's copy, which Windows deletes at its next start, and locks.
    const temporary = /(^|[\\/])Temp[\\/]/;
    const left = filesIn(user).filter((path) => !before.includes(path) && !temporary.test(path));
    assert.ok(left.includes(relative(user, own)));
    assert.deepEqual(
      left.filter((path) => !path.startsWith(relative(user, join(local, 'tiller')))),
      [],
    );
    assert.throws(() => wine.run('reg', ['query', registered]), 'it is still registered');
  });
}

/** Tries the archive and the installer; `tests` is the program of the engine's tests. */
export async function testPackages(wine, [archive, installer], tests) {
  ensurePackages(['unzip']);
  testArchive(wine, archive, tests);
  await testInstaller(wine, installer, tests);
}
