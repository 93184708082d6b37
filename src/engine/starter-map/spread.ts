import type { Random } from '../mapping/random.js';

/**
 * A spread-out choice of points: the farthest from those chosen, one after the other (Gonzalez, "Clustering to minimize the
 * maximum intercluster distance", 1985), then exchanges of one chosen point for another while they raise the mean distance to
 * the nearest neighbour.
 *
 * @param size number of points
 * @param distance symmetric, 0 or more
 * @returns indices of `count` points, or of all where there are fewer
 */
export function spreadPoints(
  size: number,
  count: number,
  distance: (a: number, b: number) => number,
): number[] {
  if (count >= size) return Array.from({ length: size }, (_, i) => i);
  const matrix = Array.from({ length: size }, (_, a) =>
    Float64Array.from({ length: size }, (_, b) => distance(a, b)),
  );
  return exchange(matrix, farthest(matrix, count));
}

/** Mean distance of each of `chosen` to the nearest other one; 0 for fewer than two. */
export function meanNearest(chosen: readonly number[], distance: (a: number, b: number) => number): number {
  if (chosen.length < 2) return 0;
  let sum = 0;
  for (const a of chosen) {
    let nearest = Infinity;
    for (const b of chosen) if (b !== a) nearest = Math.min(nearest, distance(a, b));
    sum += nearest;
  }
  return sum / chosen.length;
}

/** Sets of draws, of each of which the spread is taken. */
const SETS = 30;

/**
 * The spread that a choice by chance has: the mean of `meanNearest` over random sets of `count` of `size` points.
 * @param distance symmetric, 0 or more
 * @returns 0 where there are fewer than `count` points
 */
export function spreadOfDraws(
  size: number,
  count: number,
  distance: (a: number, b: number) => number,
  random: Random,
): number {
  if (size < count) return 0;
  let sum = 0;
  for (let set = 0; set < SETS; set += 1) {
    const chosen = new Set<number>();
    while (chosen.size < count) chosen.add(Math.floor(random.uniform() * size));
    sum += meanNearest([...chosen], distance);
  }
  return sum / SETS;
}

function farthest(matrix: readonly Float64Array[], count: number): number[] {
  const gaps = new Float64Array(matrix.length).fill(Infinity);
  const chosen: number[] = [];
  for (let next = 0; chosen.length < count;) {
    chosen.push(next);
    const row = matrix[next];
    gaps.forEach((gap, i) => (gaps[i] = Math.min(gap, row?.[i] ?? 0)));
    for (const index of chosen) gaps[index] = -1;
    next = gaps.indexOf(Math.max(...gaps));
  }
  return chosen;
}

function exchange(matrix: readonly Float64Array[], first: readonly number[]): number[] {
  const chosen = [...first];
  const distance = (a: number, b: number) => matrix[a]?.[b] ?? 0;
  let best = meanNearest(chosen, distance);
  for (let improved = true; improved;) {
    improved = false;
    for (let k = 0; k < chosen.length; k += 1) {
      for (let other = 0; other < matrix.length; other += 1) {
        if (chosen.includes(other)) continue;
        const before = chosen[k] as number;
        chosen[k] = other;
        const mean = meanNearest(chosen, distance);
        // Rounding must not make it go round for ever.
        if (mean > best * (1 + 1e-9)) {
          best = mean;
          improved = true;
        } else chosen[k] = before;
      }
    }
  }
  return chosen;
}
