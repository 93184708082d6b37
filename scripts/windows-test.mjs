// Builds for Windows with MinGW and runs it under Wine on Windows' Node. It says nothing of times, of Microsoft's compiler, of
// WebView2 and of hosts. Without arguments every part; otherwise those named:
//   core      what needs no JUCE: the native tests, with the real engine too
//   commands  commands of the engine, whose files are compared with Linux's, byte by byte
//   suites    chosen test suites of the engine
//   plugin    the VST3 in the headless host, with its engine
//   packages  the archive and the installer: installed, used, uninstalled
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { linkFolder, packEngine } from './pack-engine.mjs';
import { pluginFormats } from './plugin-formats.mjs';
import { testCommands } from './windows/commands.mjs';
import { runJest } from './windows/jest.mjs';
import { checkImports } from './windows/libraries.mjs';
import { buildCore, buildPluginWithMingw, windowsDir } from './windows/mingw.mjs';
import { makePackages, testPackages } from './windows/packages.mjs';
import { ensureVisualCppRuntime } from './windows/runtime-libraries.mjs';
import { startWine, windowsPath } from './windows/wine.mjs';

if (process.platform !== 'linux') {
  console.log('The tests under Wine run on Linux only.');
  process.exit(0);
}

const PARTS = ['core', 'commands', 'suites', 'plugin', 'packages'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((part) => !PARTS.includes(part));
assert.deepEqual(unknown, [], `the parts are ${PARTS.join(', ')}`);
const isWanted = (...parts) => wanted.length === 0 || parts.some((part) => wanted.includes(part));

// A space and a letter beyond ASCII, as in many users' names.
const folder = join(windowsDir, 'Zoë Müller');
const engine = join(folder, 'engine');

/** Builds the plugin's formats, each with the engine. */
function buildFormats() {
  const build = buildPluginWithMingw('Tiller_VST3', 'Tiller_Standalone', 'tiller_engine_tests');
  const formats = pluginFormats('win32', { home: 'C:\\' }).map((format) => {
    const built = join(folder, format.bundle);
    rmSync(built, { recursive: true, force: true });
    cpSync(join(build, 'Tiller_artefacts', 'Release', format.bundle), built, { recursive: true });
    linkFolder(engine, join(built, format.engine));
    return { ...format, built };
  });
  return { formats, tests: join(build, 'tiller_engine_tests.exe') };
}

ensureDependencies();
ensureBundle();
const wine = startWine();
packEngine(engine, { platform: 'win32', arch: 'x64', visualCppRuntime: ensureVisualCppRuntime() });
console.log(`pass ${checkImports(engine)} programs of the engine find the libraries that they need`);

if (isWanted('core')) {
  const tests = join(buildCore('tiller_core_tests'), 'tiller_core_tests.exe');
  process.stdout.write(wine.run(tests, [], { more: { TILLER_TEST_ENGINE: windowsPath(engine) } }));
}
if (isWanted('commands')) testCommands(wine, engine);
if (isWanted('suites')) process.stdout.write(runJest(wine));
if (isWanted('plugin', 'packages')) {
  const { formats, tests } = buildFormats();
  if (isWanted('plugin')) {
    const vst3 = formats.find(({ target }) => target === 'Tiller_VST3');
    process.stdout.write(wine.run(tests, [windowsPath(vst3.built)]));
  }
  if (isWanted('packages')) await testPackages(wine, makePackages(formats), tests);
}
