/** Slots for kept loops. */
export const LOOP_SLOTS = 16;

/** Value of the parameter *Loop slot* that repeats what was encoded last; 1 to `LOOP_SLOTS` are the slots. */
export const RECORDED_LOOP = 0;
/** Its value that blends the loops that have a place in the performance space. */
export const BLENDED_LOOPS = LOOP_SLOTS + 1;

/** The names of its values. Never changes: hosts store automation by position. */
export const LOOP_SLOT_NAMES = [
  'Recorded',
  ...Array.from({ length: LOOP_SLOTS }, (_, i) => String(i + 1)),
  'Pad',
] as const;
