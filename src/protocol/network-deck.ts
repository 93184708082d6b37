/** What the player has set for the deck view in the network. */
export interface NetworkDeckSettings {
  on?: boolean | undefined;
  /** Whether it is on again at the next start, with the same address and token. */
  keep?: boolean | undefined;
  /** Which of this machine's addresses it is served on; null for the first. */
  address?: string | null | undefined;
}

export interface NetworkDeckState {
  on: boolean;
  keep: boolean;
  /** False in a plugin, of which many instances may start. */
  canKeep: boolean;
  /** The chosen address, or the one that is served on; null for none yet. */
  address: string | null;
  /** This machine's IPv4 addresses in the network. */
  addresses: string[];
  /** For a tablet, with the token in its fragment; null while it is off. */
  url: string | null;
  /** Connected decks. */
  decks: number;
  /** Why it could not be opened. */
  error: string | null;
}

/** Off. */
export const NO_NETWORK_DECK: NetworkDeckState = {
  on: false,
  keep: false,
  canKeep: false,
  address: null,
  addresses: [],
  url: null,
  decks: 0,
  error: null,
};
