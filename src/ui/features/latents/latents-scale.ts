import { MAX_LATENT_VALUE } from '../../../document/limits.js';
/** Space above and below a column's track, in pixels, for the mode and the lock. */
export const TOP = 27;
export const BOTTOM = 42;
const MIN_COLUMN = 25;
const MAX_COLUMN = 96;
const MIN_EXTENT = 0.5;
/** A latent can be moved beyond its calibrated range by this factor. */
const HEADROOM = 1.35;
/** Range of a latent without a calibrated one: latents are close to standard normal. */
export const DEFAULT_RANGE: readonly [number, number] = [-3, 3];

/** Width in pixels of each of `count` columns that share `width` pixels; below the least width the columns scroll. */
export const columnWidth = (width: number, count: number): number =>
  Math.max(MIN_COLUMN, Math.min(MAX_COLUMN, width / Math.max(1, count)));

/**
 * The value at the top of a latent's column; its negative is at the bottom, so that the zeros of all columns are on one line.
 * @param range calibrated range of the latent
 */
export function extentOf([low, high]: readonly [number, number]): number {
  return Math.min(MAX_LATENT_VALUE, Math.max(MIN_EXTENT, HEADROOM * Math.max(Math.abs(low), Math.abs(high))));
}

/** The y coordinate of a latent's value in a canvas of `height` pixels. */
export const valueToY = (value: number, extent: number, height: number): number => {
  const room = height - TOP - BOTTOM;
  const position = Math.min(1, Math.max(-1, value / extent));
  return TOP + (room * (1 - position)) / 2;
};
