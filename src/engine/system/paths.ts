import envPaths from 'env-paths';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The player's own folders, by the platform's convention. */
const user = envPaths('tiller', { suffix: '' });
export const USER_PRESETS = join(user.data, 'presets');
/** Where the live session keeps its document from one start to the next. */
export const AUTOSAVE = join(user.data, 'session.json');
/** Where it keeps which MIDI device and OSC ports it plays with. */
export const CONTROLLERS = join(user.data, 'controllers.json');

/**
 * A folder that comes with Tiller (`presets`, `models`, `ui`): beside the engine's bundle in a packed plugin, under
 * the project's folder in a clone. Null where it does not come along.
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
