import type { StoreApi } from 'zustand/vanilla';
import type { MapMode, Slices } from '../../protocol/interface.js';

export const PANELS = ['examples', 'learn', 'inputs', 'steering', 'model', 'output', 'library'] as const;
export type Panel = (typeof PANELS)[number];
export type Theme = 'dark' | 'light';

/**
 * `connecting`: the first attempt is under way; `open`; `lost`: the engine does not answer, the page retries;
 * `refused`: an engine answers, but rejects this page's token or has another interface version; `stopped`: the engine was
 * stopped on purpose; `no-token`: the page's address lacks the token, so that no engine can be asked.
 */
export type Connection = 'connecting' | 'open' | 'lost' | 'refused' | 'stopped' | 'no-token';

export interface Toast {
  id: number;
  level: 'info' | 'warning' | 'error';
  text: string;
  hint: string | null;
  /** Buttons beside the text, for instance one that undoes what the toast reports. */
  actions: readonly ToastAction[];
}

export interface ToastAction {
  label: string;
  run: () => void;
}

/** The label that is being typed for an example that was just captured. */
export interface Labelling {
  /** Identifier of the captured example; null until the engine has answered. Keys typed meanwhile are kept in `text`. */
  example: string | null;
  /** The label as typed so far. */
  text: string;
  /** Whether Enter was pressed before the engine had answered. */
  done: boolean;
}

/** State of this window alone: never sent to the engine. Theme and panel are remembered: see `rememberView`. */
export interface View {
  panel: Panel;
  theme: Theme;
  /** Whether the player chose the theme; otherwise it follows the system. */
  themeChosen: boolean;
  /** Index of the input on the pad's horizontal axis. */
  xInput: number;
  /** Index of the input on the pad's vertical axis. */
  yInput: number;
  mapMode: MapMode | 'off';
  /** Index of the latent that the panels and the map's one-latent mode show; null for all latents. */
  dimension: number | null;
  /** Identifier of the selected example. */
  selectedExample: string | null;
  /** How far `randomise` may move a latent, as a share (0 to 1) of half its range. */
  randomRadius: number;
  /** Index of the latent that a sweep moves; null while none runs. */
  sweeping: number | null;
  /** Null while no label is asked for. */
  labelling: Labelling | null;
  /** Whether the deck view is shown in place of the whole page. */
  deck: boolean;
  shortcutsShown: boolean;
  /** Whether keys without a modifier are shortcuts; remembered. */
  singleKeys: boolean;
  /** The steps of the method on the pad: for the first empty instrument, on demand, or no more; the last is remembered. */
  firstSteps: 'first-time' | 'shown' | 'done';
  /** Whether a drag on the pad moves examples in place of the cursor. */
  moving: boolean;
  /** Files of models whose sample rate the player must give. */
  modelsWithoutRate: readonly File[];
  /** Whether a file is being dragged over the window. */
  dropping: boolean;
  /** Whether this window plays the engine's audio. */
  speaking: boolean;
  /** Whether what is heard is being recorded. */
  recording: boolean;
}

/** Everything that the page shows: the engine's state as last announced, and this window's own. */
export interface PageState extends Slices {
  connection: Connection;
  /** Whether the engine runs by itself or inside a plugin; `deck` where this page is a deck in the network of either. */
  kind: 'live' | 'plugin' | 'deck';
  /** Version of the engine; empty before the first connection. */
  engine: string;
  view: View;
  toasts: Toast[];
}

export type PageStore = StoreApi<PageState>;
