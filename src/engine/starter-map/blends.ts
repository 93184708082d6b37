import { Neighbours } from '../mapping/neighbours.js';
import { STARTER_REGRESSOR } from './starter-regressor.js';

/** The pad is looked at in so many columns and rows. */
const SIDE = 6;

/** Places all over the pad, [x, y] in 0..1. */
export const GRID: readonly (readonly [number, number])[] = Array.from({ length: SIDE * SIDE }, (_, i) => [
  ((i % SIDE) + 0.5) / SIDE,
  (Math.floor(i / SIDE) + 0.5) / SIDE,
]);

/**
 * How much of each example the learned map blends at each place of `GRID`.
 * @param places of the examples on the pad, [x, y] in 0..1, one or more; equally spread across and up, as `placesFor` gives them: the
 *   learned map measures distances relative to the spread
 * @returns for each place of the grid one share for each example, with sum 1
 */
export function gridShares(places: readonly (readonly [number, number])[]): Float64Array[] {
  const count = places.length;
  const neighbours = new Neighbours(count, STARTER_REGRESSOR.k, STARTER_REGRESSOR.falloff);
  const weights = new Float64Array(count).fill(1);
  const squared = new Float64Array(count);
  return GRID.map(([x, y]) => {
    places.forEach(([px, py], i) => (squared[i] = (px - x) ** 2 + (py - y) ** 2));
    neighbours.find(squared, weights);
    const shares = new Float64Array(count);
    neighbours.indices.forEach((index, i) => (shares[index] = neighbours.shares[i] ?? 0));
    return shares;
  });
}
