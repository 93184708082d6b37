/** Space above and below the columns' tracks, in pixels: the mode above, the lock below. */
export const TOP = 25;
export const BOTTOM = 40;
const MIN_COLUMN = 25;
const MAX_COLUMN = 96;
const LEAST_REACH = 0.5;
/** A hand may leave the calibrated range by this factor. */
const ROOM = 1.35;
/** Reach of a dimension whose range nobody knows: latents are close to standard normal. */
export const USUAL_RANGE: readonly [number, number] = [-3, 3];

/** Width of one column when `count` of them share `width` pixels; narrower than this they pan. */
export const columnWidth = (width: number, count: number): number =>
  Math.max(MIN_COLUMN, Math.min(MAX_COLUMN, width / Math.max(1, count)));

/** Latent value at a column's ends: its calibrated range with room around, the zero of all on one line. */
export function reachOf([low, high]: readonly [number, number]): number {
  return Math.min(1000, Math.max(LEAST_REACH, ROOM * Math.max(Math.abs(low), Math.abs(high))));
}

export const valueToY = (value: number, reach: number, height: number): number => {
  const room = height - TOP - BOTTOM;
  const place = Math.min(1, Math.max(-1, value / reach));
  return TOP + (room * (1 - place)) / 2;
};
