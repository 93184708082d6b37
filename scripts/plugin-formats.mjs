// What the plugin is built as on each platform, and where its user's hosts look for it.
import { posix, win32 } from 'node:path';

/**
 * @typedef {object} Format
 * @property {string} target CMake target
 * @property {string} bundle path of the bundle among the build's artefacts
 * @property {string} engine path of the engine's folder in the bundle
 * @property {string} place folder into which it is installed for one user
 */

/**
 * The formats of a platform; none where there is no plugin for it. Paths of bundles have slashes on every platform.
 * @param {string} platform as in `process.platform`
 * @param {{ home: string, localAppData?: string, withAudioUnit?: boolean }} where the user's folders; Audio Units need a
 *   checkout of JUCE, since Debian's package lacks their wrapper
 * @returns {Format[]}
 */
export function pluginFormats(platform, { home, localAppData = home, withAudioUnit = false }) {
  const inBundle = 'Contents/Resources/engine';
  const vst3 = { target: 'Tiller_VST3', bundle: 'VST3/Tiller.vst3', engine: inBundle };
  const standalone = { target: 'Tiller_Standalone', bundle: 'Standalone', engine: 'engine' };
  switch (platform) {
    case 'linux':
      return [
        { ...vst3, place: posix.join(home, '.vst3') },
        {
          target: 'Tiller_LV2',
          bundle: 'LV2/Tiller.lv2',
          engine: 'engine',
          place: posix.join(home, '.lv2'),
        },
        { ...standalone, place: posix.join(home, '.local', 'share', 'tiller', 'standalone') },
      ];
    case 'darwin': {
      const audioUnit = {
        target: 'Tiller_AU',
        bundle: 'AU/Tiller.component',
        engine: inBundle,
        place: posix.join(home, 'Library/Audio/Plug-Ins/Components'),
      };
      return [
        { ...vst3, place: posix.join(home, 'Library/Audio/Plug-Ins/VST3') },
        ...(withAudioUnit ? [audioUnit] : []),
        {
          target: 'Tiller_Standalone',
          bundle: 'Standalone/Tiller.app',
          engine: inBundle,
          place: posix.join(home, 'Applications'),
        },
      ];
    }
    case 'win32':
      return [
        { ...vst3, place: win32.join(localAppData, 'Programs', 'Common', 'VST3') },
        { ...standalone, place: win32.join(localAppData, 'Programs', 'Tiller') },
      ];
    default:
      return [];
  }
}
