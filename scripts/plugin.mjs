// Builds the plugin in every format of this platform and packs the engine into each bundle. --install copies the bundles to
// the folders where hosts look for plugins.
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ensureBundle } from './bundle.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { artefacts, buildDir, buildNative } from './native-build.mjs';
import { linkFolder, packEngine } from './pack-engine.mjs';

const home = homedir();

/** Bundles by platform: CMake target, path of the bundle, the engine's folder in it, and the folder for installation. */
const FORMATS = {
  linux: [
    {
      target: 'Tiller_VST3',
      bundle: 'VST3/Tiller.vst3',
      engine: 'Contents/Resources/engine',
      place: join(home, '.vst3'),
    },
    { target: 'Tiller_LV2', bundle: 'LV2/Tiller.lv2', engine: 'engine', place: join(home, '.lv2') },
    {
      target: 'Tiller_Standalone',
      bundle: 'Standalone',
      engine: 'engine',
      place: join(home, '.local', 'share', 'tiller', 'standalone'),
    },
  ],
  darwin: [
    {
      target: 'Tiller_VST3',
      bundle: 'VST3/Tiller.vst3',
      engine: 'Contents/Resources/engine',
      place: join(home, 'Library/Audio/Plug-Ins/VST3'),
    },
    {
      target: 'Tiller_AU',
      bundle: 'AU/Tiller.component',
      engine: 'Contents/Resources/engine',
      place: join(home, 'Library/Audio/Plug-Ins/Components'),
    },
    {
      target: 'Tiller_Standalone',
      bundle: 'Standalone/Tiller.app',
      engine: 'Contents/Resources/engine',
      place: join(home, 'Applications'),
    },
  ],
  win32: [
    {
      target: 'Tiller_VST3',
      bundle: 'VST3/Tiller.vst3',
      engine: 'Contents/Resources/engine',
      place: join(process.env.LOCALAPPDATA ?? home, 'Programs/Common/VST3'),
    },
    {
      target: 'Tiller_Standalone',
      bundle: 'Standalone',
      engine: 'engine',
      place: join(process.env.LOCALAPPDATA ?? home, 'Programs/Tiller'),
    },
  ],
};

/** Replaces an installed bundle by renaming, so that a host never finds an incomplete one. */
function install(from, place) {
  mkdirSync(place, { recursive: true });
  const name = from.split('/').at(-1);
  const to = join(place, name);
  const copied = `${to}.new`;
  rmSync(copied, { recursive: true, force: true });
  cpSync(from, copied, { recursive: true, dereference: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(copied, to);
  return to;
}

ensureDependencies();
ensureBundle();

const withAudioUnit = process.env.TILLER_JUCE_DIR !== undefined;
const formats = (FORMATS[process.platform] ?? []).filter(
  ({ target }) => target !== 'Tiller_AU' || withAudioUnit,
);
if (formats.length === 0) throw new Error(`There is no plugin for ${process.platform}.`);
buildNative([
  ...formats.map(({ target }) => target),
  ...(process.platform === 'linux' ? ['tiller-webview'] : []),
]);

const staged = join(buildDir, 'engine');
packEngine(staged);
if (existsSync(join(buildDir, 'tiller-webview')))
  cpSync(join(buildDir, 'tiller-webview'), join(staged, 'tiller-webview'));

for (const { bundle, engine, place } of formats) {
  const from = join(artefacts, bundle);
  linkFolder(staged, join(from, engine));
  console.log(process.argv.includes('--install') ? `Installed ${install(from, place)}` : `Built ${from}`);
}
if (process.platform === 'darwin' && !withAudioUnit)
  console.log('The Audio Unit is built from a checkout of JUCE: set TILLER_JUCE_DIR to its folder.');
