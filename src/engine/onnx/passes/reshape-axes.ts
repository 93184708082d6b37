import type { Order } from './layout.js';

/** Axes of one shape that together become axes of another: one that is split, several that are merged, or one to one. */
interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * The groups of axes that a reshape does not mix; their sizes' products agree. Axes of size 1 count as any other: where
 * they stand decides in which order later axes come.
 */
function groupAxes(from: readonly number[], to: readonly number[]): readonly AxisGroup[] {
  const groups: AxisGroup[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length && j < to.length) {
    const [firstFrom, firstTo] = [i, j];
    let left = from[i] ?? 1;
    let right = to[j] ?? 1;
    i += 1;
    j += 1;
    while (left !== right && (i < from.length || j < to.length)) {
      if (left < right) {
        left *= from[i] ?? 1;
        i += 1;
      } else {
        right *= to[j] ?? 1;
        j += 1;
      }
    }
    // What is left at the end is of size 1 and goes with the last.
    if (i === from.length) j = to.length;
    if (j === to.length) i = from.length;
    groups.push({ from: range(firstFrom, i), to: range(firstTo, j) });
  }
  return groups;
}

function range(start: number, end: number): readonly number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/**
 * The order in which a tensor is stored after a reshape that moves no data; null when there is none, because axes
 * that are merged do not lie side by side.
 */
export function reshapedOrder(from: readonly number[], to: readonly number[], order: Order): Order | null {
  const groups = groupAxes(from, to);
  const result: number[] = [];
  for (let position = 0; position < order.length;) {
    const group = groups.find((candidate) => candidate.from[0] === order[position]);
    if (group === undefined || !group.from.every((axis, i) => order[position + i] === axis)) return null;
    result.push(...group.to);
    position += group.from.length;
  }
  return result[0] === 0 && result.length === to.length ? result : null;
}
