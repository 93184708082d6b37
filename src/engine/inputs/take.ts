import type { GestureMove } from '../stream/gesture.js';

/** Most moves of one take. */
export const MOST_MOVES = 500_000;

/** A take of the gesture recorder. `input` is the number of an input, 0-based; the moves are sorted by time. */
export interface Take {
  readonly lengthSeconds: number;
  readonly moves: readonly GestureMove[];
}
