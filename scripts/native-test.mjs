// Builds the plugin where it is stale and runs the native tests: the queues, the audit of the audio thread, and the
// built VST3 in a headless host. On a platform whose tests do not exist yet it says so and passes.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './dependencies.mjs';
import { artefacts, buildDir, buildNative, run } from './native-build.mjs';

if (process.platform !== 'linux') {
  console.log('The native tests run on Linux only.');
  process.exit(0);
}

/** An engine folder like the packed one, with the tests' own engine in it. */
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

const filter = process.argv.slice(2);
buildNative(['Tiller_VST3', 'tiller_core_tests', 'tiller_audit_tests', 'tiller_host_tests']);

const bundle = join(buildDir, 'test', 'Tiller.vst3');
rmSync(bundle, { recursive: true, force: true });
cpSync(join(artefacts, 'VST3', 'Tiller.vst3'), bundle, {
  recursive: true,
  filter: (path) => !path.includes('Resources/engine'),
});
await makeFakeEngine(join(bundle, 'Contents', 'Resources', 'engine'));
await makeFakeEngine(join(buildDir, 'audit', 'engine'));

const scratch = mkdtempSync(join(tmpdir(), 'tiller-native-'));
const env = { ...process.env, TILLER_FAKE_FAULT: join(scratch, 'fault') };
try {
  run(join(buildDir, 'tiller_core_tests'), filter, { env });
  run(join(buildDir, 'audit', 'tiller_audit_tests'), filter, { env });
  run(join(buildDir, 'tiller_host_tests'), [bundle, ...filter], { env });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
