import { Actions, type ActionTargets } from '../inputs/actions.js';
import { Controllers } from '../inputs/controllers.js';
import type { Instrument } from '../instrument/instrument.js';
import type { ControllerMapFile } from '../persistence/controller-map.js';
import type { PresetStore } from '../presets/preset-store.js';

/** What the player's controllers do, and to which of them it is assigned. */
export interface PlayerControllers {
  readonly actions: Actions;
  readonly controllers: Controllers;
  close(): void;
}

/**
 * Plays an instrument by the player's controller map, from now on.
 * @param transport the live session's; null in a plugin
 */
export function openControllers(
  instrument: Instrument,
  presets: PresetStore,
  transport: ActionTargets['transport'],
  map: ControllerMapFile,
): PlayerControllers {
  const actions = new Actions({ instrument, presets, transport });
  const controllers = new Controllers(instrument, map, actions);
  map.onError((error) => instrument.notify(error));
  map.open().catch((error: unknown) => instrument.notify(error));
  return {
    actions,
    controllers,
    close: () => {
      controllers.close();
      map.close();
    },
  };
}
