// Builds what needs no JUCE for Windows, with MinGW, and runs it under Wine together with the engine on Windows' Node: the native
// tests, the supervisor with the real engine, and commands whose files are compared with Linux's, byte by byte. It says nothing
// of times, of Microsoft's compiler, of WebView2 and of hosts. An argument selects native tests whose names contain it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, posix, relative, win32 } from 'node:path';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, root } from './dependencies.mjs';
import { ensurePackages, run } from './native-build.mjs';
import { packEngine } from './pack-engine.mjs';

if (process.platform !== 'linux') {
  console.log('The tests under Wine run on Linux only.');
  process.exit(0);
}

const folder = join(root, 'build', 'windows');
const prefix = join(folder, 'wine');
// A space and a letter beyond ASCII, as in many users' names.
const engine = join(folder, 'Zoë Müller', 'engine');
const env = {
  ...process.env,
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  WINEARCH: 'win64',
  // No dialogues about Mono and Gecko, which are not needed.
  WINEDLLOVERRIDES: 'mscoree,mshtml=',
  DISPLAY: '',
};

/** Runs a Windows program. Returns its output, which goes to a file: Node under Wine cannot write to a Unix pipe. */
function wine(program, args, { more = {}, cwd = folder } = {}) {
  const path = join(folder, 'output.txt');
  const output = openSync(path, 'w');
  const { status, error } = spawnSync('wine', [program, ...args], {
    cwd,
    env: { ...env, ...more },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const text = readFileSync(path, 'utf8');
  assert.ok(!error && status === 0, `${program} ${args.join(' ')}: status ${status}\n${error ?? text}`);
  return text;
}

/** A path of this machine as Windows' programs name it. */
const windowsPath = (path) => `Z:${path.replaceAll('/', '\\')}`;

function preparePrefix() {
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(prefix, { recursive: true });
  run('wineboot', ['--init'], { env, stdio: 'ignore' });
  // Node refuses older versions.
  run('wine', ['winecfg', '/v', 'win10'], { env, stdio: 'ignore' });
}

function buildCore() {
  const build = join(folder, 'core');
  const toolchain = join(root, 'native', 'cmake', 'mingw.cmake');
  run('cmake', [
    ...['-S', join(root, 'native'), '-B', build, '-G', 'Ninja'],
    ...[`-DCMAKE_TOOLCHAIN_FILE=${toolchain}`, '-DCMAKE_BUILD_TYPE=Release', '-DTILLER_PLUGIN=OFF'],
  ]);
  run('cmake', ['--build', build, '--target', 'tiller_core_tests', '--parallel', '2']);
  return join(build, 'tiller_core_tests.exe');
}

/** Every file below a folder, with its path from there. */
const filesIn = (path) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .sort();

function assertEqualFolders(ours, theirs) {
  const files = filesIn(ours);
  assert.ok(files.length > 0, `${ours} is empty`);
  assert.deepEqual(filesIn(theirs), files);
  for (const file of files)
    assert.ok(
      readFileSync(join(ours, file)).equals(readFileSync(join(theirs, file))),
      `${file} differs from Linux's`,
    );
}

/** Runs a command on both systems; what it writes into the folder that it is given must be the same. */
function compare(name, args) {
  const [linux, windows] = ['linux', 'windows'].map((system) => join(folder, 'results', system, name));
  for (const path of [linux, windows]) {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
  }
  run(process.execPath, [join(root, 'dist', 'engine', 'tiller.js'), ...args(linux, (path) => path, posix)], {
    stdio: 'ignore',
  });
  tiller(args(windowsPath(windows), windowsPath, win32));
  assertEqualFolders(linux, windows);
  console.log(`pass ${name}: ${filesIn(linux).length} files as on Linux`);
}

const tiller = (args) =>
  wine(join(engine, 'node.exe'), [windowsPath(join(engine, 'dist', 'engine', 'tiller.js')), ...args]);

/** The libraries that onnxruntime needs are the system's, its own, or those of Visual C++, which the packer must add. */
function checkLibraries() {
  const libraries = join(engine, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', 'win32', 'x64');
  assert.deepEqual(
    readdirSync(libraries).filter((name) => !/^(msvcp140|vcruntime140)/i.test(name)),
    ['onnxruntime.dll', 'onnxruntime_binding.node'],
  );
  const { stdout } = spawnSync('x86_64-w64-mingw32-objdump', ['-p', join(libraries, 'onnxruntime.dll')], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const needed = [...stdout.matchAll(/DLL Name: (\S+)/g)].map(([, name]) => name.toLowerCase());
  assert.ok(needed.includes('kernel32.dll'), 'no import table was found');
  const unknown = needed.filter(
    (name) =>
      !/^(api-ms-win-|ext-ms-|kernel32|advapi32|shlwapi|setupapi|dbghelp|user32|ole32|dxgi|d3d12|dxcore|bcrypt|msvcp140|vcruntime140)/.test(
        name,
      ),
  );
  assert.deepEqual(unknown, [], 'libraries that no player has');
  console.log('pass the libraries that the engine loads are known');
}

ensureDependencies();
ensureBundle();
ensurePackages(['g++-mingw-w64-x86-64-posix', 'wine64', 'wine', 'cmake', 'ninja-build']);
preparePrefix();
packEngine(engine, { platform: 'win32', arch: 'x64' });
checkLibraries();

const tests = buildCore();
process.stdout.write(
  wine(tests, process.argv.slice(2), { more: { TILLER_TEST_ENGINE: windowsPath(engine) } }),
);

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
assert.equal(tiller(['--version']).trim(), version);
console.log('pass the command tells its version');
tiller(['doctor']);
console.log('pass doctor');

const model = join(root, 'models', 'percussion', 'percussion.ts');
compare('import', (out, path) => ['import', path(model), '--library', out]);
compare('render', (out, path, { join }) => [
  ...['render', path(`${root}/models/loops/tabla.wav`), '-o', join(out, 'out.wav')],
  ...['--preset', path(`${root}/presets/struck-by-hand.tiller.json`)],
]);
run('wineserver', ['--kill'], { env, stdio: 'ignore' });
