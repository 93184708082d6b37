import envPaths from 'env-paths';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The player's own folders, where the platform puts them. */
const user = envPaths('tiller', { suffix: '' });
export const USER_PRESETS = join(user.data, 'presets');
/** What the plugin's window remembers from one opening to the next. */
export const VIEW = join(user.data, 'view.json');
/** Which program changes recall which presets, in the folder of the player's presets. The plugin reads it, too. */
export const programsFile = (presetsFolder: string): string => join(presetsFolder, 'programs.json');
/** What the player's controllers are assigned to, in the folder of the player's presets. */
export const controllerMapFile = (presetsFolder: string): string =>
  join(presetsFolder, 'controller-map.json');
/** The live session's document from one start to the next. */
export const AUTOSAVE = join(user.data, 'session.json');
/** Its MIDI device and OSC ports. */
export const CONTROLLERS = join(user.data, 'controllers.json');
/** The deck in the network, where the player keeps it from one start to the next. */
export const DECK = join(user.data, 'deck.json');
/** Favourite presets and models, of the live session and of every plugin instance. */
export const FAVOURITES = join(user.data, 'favourites.json');

/**
 * A folder that is bundled with Tiller: beside the engine in a packed plugin, in the project's folder in a clone. Null where
 * there is none.
 */
export function bundledFolder(name: 'presets' | 'models' | 'loops' | 'ui'): string | null {
  const engine = dirname(fileURLToPath(import.meta.url));
  const project = dirname(dirname(engine));
  const candidates = {
    presets: [join(engine, '..', 'presets'), join(project, 'presets')],
    models: [join(engine, '..', 'models')],
    loops: [join(engine, '..', 'loops'), join(project, 'models', 'loops')],
    ui: [join(engine, '..', 'ui')],
  }[name];
  return candidates.find((candidate) => existsSync(candidate)) ?? null;
}
