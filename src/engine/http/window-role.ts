import type { Command } from '../../protocol/interface-commands.js';
import type { SliceName } from '../../protocol/interface.js';

/** What a connected page may do, and what it gets to see. */
export interface WindowRole {
  readonly name: 'page' | 'deck';
  allows(command: Command): boolean;
  /** The slices that it gets; null for all, notices and the activity of controllers included. */
  readonly slices: ReadonlySet<SliceName> | null;
  /** Most commands in a second, over some seconds; a page that sends more is disconnected. */
  readonly commandsPerSecond: number;
}

/** A page of this machine, which the player has opened. */
export const PAGE_ROLE: WindowRole = {
  name: 'page',
  allows: () => true,
  slices: null,
  commandsPerSecond: Infinity,
};

/** Triggers that play, and neither change nor learn anything. */
const DECK_TRIGGERS = /^(panic|tapTempo|releaseAll|previousPreset|nextPreset|example|playLoop\d+)$/;
/** The map of the levels decodes every cell. */
const DECK_MAPS = ['latents', 'dimension', 'confidence'];
/** Two inputs and a fader at each animation frame of a fast screen are 360. */
const DECK_COMMANDS_PER_SECOND = 1000;

/**
 * A deck in the network: it plays the instrument and sees what is played. It cannot edit, save, import, open by name, read files
 * or change settings, and nothing of the player's library, files and devices is sent to it.
 */
export const DECK_ROLE: WindowRole = {
  name: 'deck',
  allows(command) {
    switch (command.type) {
      case 'parameter':
        return true;
      case 'trigger':
        return DECK_TRIGGERS.test(command.action.id);
      case 'paint-map':
        return command.map === null || DECK_MAPS.includes(command.map.mode);
      default:
        return false;
    }
  },
  slices: new Set<SliceName>([
    'about',
    'inputs',
    'examples',
    'loops',
    'output',
    'training',
    'model',
    'stream',
    'waiting',
  ]),
  commandsPerSecond: DECK_COMMANDS_PER_SECOND,
};
