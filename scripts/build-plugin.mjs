// Builds the plugin's bundles, each with the engine in it.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies, root } from './dependencies.mjs';
import { artefacts, buildDir, buildNative } from './native-build.mjs';
import { linkFolder, packEngine } from './pack-engine.mjs';
import { addEffectType } from './packaging/audio-unit.mjs';
import { signBundle } from './packaging/macos.mjs';
import { pluginFormats } from './plugin-formats.mjs';

/** The packed engine that the bundles share by hard links. */
export const stagedEngine = join(buildDir, 'engine');

/** Macs run no bundle that has changed since it was signed: JUCE signs it before the engine is in it. */
function completeBundle(bundle, target) {
  if (target === 'Tiller_AU') {
    const plist = join(bundle, 'Contents', 'Info.plist');
    writeFileSync(plist, addEffectType(readFileSync(plist, 'utf8')));
  }
  signBundle(bundle, { assets: join(root, 'packaging', 'macos') });
}

/** Builds every format of this platform. Returns them, each with the absolute path of its bundle as `built`. */
export function buildPlugin() {
  ensureDependencies();
  ensureBundle();
  const withAudioUnit = process.env.TILLER_JUCE_DIR !== undefined;
  const formats = pluginFormats(process.platform, {
    home: homedir(),
    localAppData: process.env.LOCALAPPDATA,
    withAudioUnit,
  });
  if (formats.length === 0) throw new Error(`There is no plugin for ${process.platform}.`);
  buildNative([
    ...formats.map(({ target }) => target),
    ...(process.platform === 'linux' ? ['tiller-webview'] : []),
  ]);
  packEngine(stagedEngine);
  const helper = join(buildDir, 'tiller-webview');
  if (existsSync(helper)) cpSync(helper, join(stagedEngine, 'tiller-webview'));
  if (process.platform === 'darwin' && !withAudioUnit)
    console.log('The Audio Unit is built from a checkout of JUCE: set TILLER_JUCE_DIR to its folder.');
  return formats.map((format) => {
    const built = join(artefacts, format.bundle);
    linkFolder(stagedEngine, join(built, format.engine));
    if (process.platform === 'darwin') completeBundle(built, format.target);
    return { ...format, built };
  });
}
