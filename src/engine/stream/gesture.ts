/** A recorded performance: moves of the inputs in time, sorted. Values are 0..1. */
export interface Gesture {
  readonly inputs: number;
  readonly moves: readonly GestureMove[];
}

export interface GestureMove {
  readonly seconds: number;
  /** 0-based. */
  readonly input: number;
  readonly value: number;
}

/** Longest gesture that is read: four hours. */
export const MAX_GESTURE_SECONDS = 4 * 3600;
