// Builds the plugin and runs the native tests: unit tests, once more with the process code of macOS, the audit of the audio thread,
// the built VST3 in a headless host with a fake engine, then with the real one, and its window. An argument selects tests whose
// names contain it. On platforms other than Linux it does nothing.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, root } from './dependencies.mjs';
import {
  artefacts,
  buildDir,
  buildNative,
  buildWithCmake,
  DISPLAY_PACKAGES,
  ensurePackages,
} from './native-build.mjs';
import { linkFolder, packEngine } from './pack-engine.mjs';

if (process.platform !== 'linux') {
  console.log('The native tests run on Linux only.');
  process.exit(0);
}

/** Exit code of a test program where no test matches the argument. */
const NO_TEST = 2;

/** Makes a folder like that of the packed engine, with the fake engine. */
async function makeFakeEngine(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'dist', 'engine'), { recursive: true });
  symlinkSync(process.execPath, join(folder, 'node'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  await build({
    entryPoints: [join(root, 'test', 'native', 'fake-engine.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile: join(folder, 'dist', 'engine', 'host.js'),
    logLevel: 'warning',
  });
}

/** Copies the built plugin, without its engine, to a folder for tests. */
function makeBundle(name) {
  const bundle = join(buildDir, 'test', name, 'Tiller.vst3');
  rmSync(bundle, { recursive: true, force: true });
  cpSync(join(artefacts, 'VST3', 'Tiller.vst3'), bundle, {
    recursive: true,
    filter: (path) => !path.includes(join('Resources', 'engine')),
  });
  return { bundle, engine: join(bundle, 'Contents', 'Resources', 'engine') };
}

/** Calls `use` with an X11 display with a window manager. */
async function withDisplay(use) {
  ensurePackages(DISPLAY_PACKAGES);
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [number] = await once(server.stdio[3], 'data');
  const display = `:${String(number).trim()}`;
  const manager = spawn('openbox', [], { stdio: 'ignore', env: { ...process.env, DISPLAY: display } });
  try {
    await pause(1000);
    use(display);
  } finally {
    manager.kill();
    server.kill();
  }
}

ensureDependencies();
buildNative([
  'Tiller_VST3',
  'tiller-webview',
  'tiller_core_tests',
  'tiller_audit_tests',
  'tiller_host_tests',
  'tiller_engine_tests',
  'tiller_window_tests',
]);

const filter = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'tiller-native-'));
// Without a display except where the tests start one: a plugin would otherwise use the user's.
const env = {
  ...process.env,
  HOME: scratch,
  // Engines of other hosts on this machine must not hold up those of the tests.
  XDG_RUNTIME_DIR: scratch,
  DISPLAY: 'none',
  TILLER_FAKE_FAULT: join(scratch, 'fault'),
};
for (const name of ['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME']) delete env[name];
let failed = false;

function runTests(program, args, more = {}) {
  console.log(`${program} …`);
  const { status, signal } = spawnSync(join(buildDir, program), [...args, ...filter], {
    stdio: 'inherit',
    env: { ...env, ...more },
  });
  if (signal !== null) console.log(`${program} was ended by ${signal}`);
  const nothingToRun = status === NO_TEST && filter.length > 0;
  failed ||= signal !== null || (status !== 0 && !nothingToRun);
}

/** Process and supervisor as macOS has them. */
function testPosixProcesses() {
  const folder = join(buildDir, '..', 'native-posix');
  buildWithCmake(folder, ['-DTILLER_PLUGIN=OFF', '-DTILLER_POSIX_PROCESSES=ON']);
  runTests(join('..', 'native-posix', 'tiller_core_tests'), []);
}

try {
  runTests('tiller_core_tests', []);
  testPosixProcesses();
  await makeFakeEngine(join(buildDir, 'audit', 'engine'));
  runTests('audit/tiller_audit_tests', []);
  const fake = makeBundle('fake');
  await makeFakeEngine(fake.engine);
  runTests('tiller_host_tests', [fake.bundle]);

  ensureBundle();
  const staged = join(buildDir, 'engine');
  packEngine(staged);
  const helper = join(buildDir, 'tiller-webview');
  if (existsSync(helper)) cpSync(helper, join(staged, 'tiller-webview'));
  const real = makeBundle('real');
  linkFolder(staged, real.engine);
  runTests('tiller_engine_tests', [real.bundle]);
  if (existsSync(helper))
    await withDisplay((display) => runTests('tiller_window_tests', [real.bundle], { DISPLAY: display }));
  else console.log('WebKitGTK is not installed: the window was not tested.');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (failed) process.exitCode = 1;
