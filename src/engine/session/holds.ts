import type { Steering } from '../steering/schema.js';

/**
 * Holds for every unlocked latent, drawn evenly within `radius` (0..1 of half its range) of what sounds now; locked ones
 * stay as they are.
 *
 * @param random draws from 0..1
 */
export function randomHolds(
  steering: Steering,
  holds: readonly (number | null)[],
  sounding: Float32Array,
  radius: number,
  random: () => number = Math.random,
): (number | null)[] {
  return holds.map((held, i) => {
    const dimension = steering.dimensions[i];
    if (dimension === undefined || dimension.locked) return held;
    const [low, high] = dimension.range;
    const reach = (radius * (high - low)) / 2;
    const value = (sounding[i] ?? 0) + (2 * random() - 1) * reach;
    return Math.min(high, Math.max(low, value));
  });
}
