/** Courses of an input that moves by itself, over one cycle: `random` glides between random values, `steps` holds each. */
export const LFO_SHAPES = ['sine', 'triangle', 'ramp', 'random', 'steps'] as const;
export type LfoShape = (typeof LFO_SHAPES)[number];

/** Length of a cycle, in quarter notes or seconds. */
export const MIN_LFO_PERIOD = 0.05;
export const MAX_LFO_PERIOD = 600;
