// Installs the packages of this platform into folders of its own, as a user without rights and under a path with spaces, runs
// what was installed, and uninstalls: nothing may be left but the player's own. `npm run test:packages` makes the packages first.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './dependencies.mjs';
import { buildDir } from './native-build.mjs';

if (process.platform !== 'linux') {
  console.log('The packages are tested on Linux only.');
  process.exit(0);
}

const packages = join(root, 'build', 'packages');
const find = (ending) => {
  const name = readdirSync(packages).find((file) => file.endsWith(ending));
  assert.ok(name, `there is no ${ending} in ${packages}: run npm run package`);
  return join(packages, name);
};
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const NOBODY = 65_534;
const asRoot = process.getuid() === 0;
const ids = asRoot ? { uid: NOBODY, gid: NOBODY } : {};

const scratch = mkdtempSync(join(tmpdir(), 'tiller packages '));
if (asRoot) chownSync(scratch, NOBODY, NOBODY);

/** Every file, link and folder below `folder`, relative to it. */
const contents = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

function check(name, test) {
  test();
  console.log(`pass ${name}`);
}

function testArchive() {
  const home = join(scratch, 'höme of a player');
  const env = { HOME: home, PATH: process.env.PATH, XDG_RUNTIME_DIR: scratch, LANG: 'C.UTF-8' };
  const run = (command, args) => execFileSync(command, args, { ...ids, env, cwd: scratch, encoding: 'utf8' });
  run('mkdir', ['-p', home]);
  run('tar', ['-xzf', find('.tar.gz'), '-C', scratch]);
  const unpacked = join(
    scratch,
    readdirSync(scratch).find((name) => name.startsWith('tiller-')),
  );
  const command = join(home, '.local', 'bin', 'tiller');
  const bundle = join(home, '.vst3', 'Tiller.vst3');

  check('the archive is installed twice, the second time over the first', () => {
    for (let time = 0; time < 2; time++) run(join(unpacked, 'install.sh'), []);
    assert.deepEqual(
      contents(join(home, '.vst3')).filter((path) => !path.includes('/')),
      ['Tiller.vst3'],
    );
    assert.ok(existsSync(join(home, '.lv2', 'Tiller.lv2', 'manifest.ttl')));
  });
  // From here on nothing may need the folder that it was installed from.
  rmSync(unpacked, { recursive: true });

  check('the command runs on the Node that it brings', () => {
    const bare = { ...env, PATH: '/usr/bin:/bin' };
    const text = execFileSync(command, ['--version'], { ...ids, env: bare, cwd: scratch, encoding: 'utf8' });
    assert.equal(text.trim(), version);
    assert.match(run(command, ['inspect', 'percussion']), /512/);
  });
  check('the command plays the loops and presets that come with it', () => {
    const out = join(scratch, 'démo');
    run(command, ['demo', '-o', out]);
    assert.deepEqual(contents(out), ['tiller-demo.png', 'tiller-demo.wav']);
  });
  check('the installed plugin plays in a host', () => {
    const tests = join(buildDir, 'tiller_engine_tests');
    assert.match(run(tests, [bundle, 'a new instance plays the model']), /1 passed, 0 failed/);
  });
  check('another program of the same name is not replaced', () => {
    const other = join(scratch, 'other');
    run('mkdir', ['-p', join(other, '.local', 'bin')]);
    run('tar', ['-xzf', find('.tar.gz'), '-C', scratch]);
    run('sh', ['-c', `echo mine > '${join(other, '.local', 'bin', 'tiller')}'`]);
    assert.throws(
      () =>
        execFileSync(join(unpacked, 'install.sh'), [], {
          ...ids,
          env: { ...env, HOME: other },
          stdio: 'pipe',
        }),
      /another program/,
    );
    assert.equal(readFileSync(join(other, '.local', 'bin', 'tiller'), 'utf8'), 'mine\n');
    assert.ok(!existsSync(join(other, '.vst3', 'Tiller.vst3')));
  });
  check('uninstalling leaves the player’s own files only', () => {
    const own = join(home, '.local', 'share', 'tiller', 'presets');
    run('mkdir', ['-p', own]);
    run('sh', ['-c', `echo '{}' > '${join(own, 'mine.json')}'`]);
    run(join(home, '.local', 'lib', 'tiller', 'uninstall.sh'), []);
    const left = contents(home).filter((path) => !lstatSync(join(home, path)).isDirectory());
    assert.deepEqual(
      left.filter((path) => !path.startsWith(join('.local', 'share', 'tiller'))),
      [],
    );
    assert.ok(left.includes(join('.local', 'share', 'tiller', 'presets', 'mine.json')));
  });
}

/** In a folder of its own, with a database of its own: nothing of this system is changed. */
function testDebianPackage() {
  const system = join(scratch, 'a system');
  mkdirSync(join(system, 'var', 'lib', 'dpkg', 'updates'), { recursive: true });
  mkdirSync(join(system, 'var', 'lib', 'dpkg', 'info'));
  writeFileSync(join(system, 'var', 'lib', 'dpkg', 'status'), '');
  writeFileSync(join(system, 'var', 'lib', 'dpkg', 'available'), '');
  const dpkg = (...args) =>
    execFileSync('dpkg', [`--root=${system}`, '--force-not-root', '--force-depends', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  check('the Debian package is installed and runs', () => {
    dpkg('--install', find('.deb'));
    const command = join(system, 'usr', 'bin', 'tiller');
    assert.equal(execFileSync(command, ['--version'], { encoding: 'utf8' }).trim(), version);
    assert.ok(
      existsSync(
        join(system, 'usr', 'lib', 'vst3', 'Tiller.vst3', 'Contents', 'Resources', 'engine', 'node'),
      ),
    );
    assert.ok(existsSync(join(system, 'usr', 'lib', 'lv2', 'Tiller.lv2', 'engine', 'node')));
  });
  check('its removal leaves nothing', () => {
    dpkg('--purge', 'tiller');
    assert.deepEqual(
      contents(system).filter((path) => !path.startsWith('var')),
      [],
    );
  });
}

try {
  check('the checksums are those of the packages', () => {
    assert.match(
      execFileSync('sha256sum', ['--check', find('.sha256')], { cwd: packages, encoding: 'utf8' }),
      /^(\S+: OK\n)+$/,
    );
  });
  testArchive();
  if (readdirSync(packages).some((name) => name.endsWith('.deb'))) testDebianPackage();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
