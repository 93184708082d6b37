import type { GestureMove } from '../stream/gesture.js';

/** Most moves of one take. */
export const MOST_MOVES = 500_000;

/** A take of the gesture recorder. Moves are sorted by time (seconds); their `input` is 0-based, their `value` 0..1. */
export interface Take {
  readonly lengthSeconds: number;
  readonly moves: readonly GestureMove[];
}

/** Index of the first move later than `seconds`; the number of moves where there is none. The moves are sorted by time. */
export function firstMoveAfter(moves: readonly GestureMove[], seconds: number): number {
  let low = 0;
  let high = moves.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moves[middle]?.seconds ?? Infinity) > seconds) high = middle;
    else low = middle + 1;
  }
  return low;
}
