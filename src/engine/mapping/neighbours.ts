/**
 * Finds the nearest points and their shares, without allocating. With a falloff, shares are those of the modified
 * Shepard method, ((R − d)/(R·d))^falloff with R the distance of the first point left out (Franke and Nielson
 * 1980): they fall to 0 before a neighbour changes, so that a gesture never jumps. With k at or above the number of
 * points they are plain 1/d^falloff. With falloff 0 neighbours count alike, and do change abruptly.
 */
export class Neighbours {
  /** Indices of the neighbours, nearest first. */
  readonly indices: Int32Array;
  /** Their shares, which add up to 1. */
  readonly shares: Float64Array;
  /** Neighbours found. */
  readonly count: number;
  private readonly candidates: Int32Array;

  constructor(
    private readonly points: number,
    k: number,
    private readonly falloff: number,
  ) {
    this.count = Math.min(k, points);
    this.indices = new Int32Array(this.count);
    this.shares = new Float64Array(this.count);
    this.candidates = new Int32Array(Math.min(k + 1, points));
  }

  /**
   * @param squared squared distance of each point
   * @param weights relative importance of each point
   */
  find(squared: Float64Array, weights: Float64Array): void {
    const { candidates, count, shares, indices, falloff } = this;
    this.rank(squared);
    const nearest = squared[candidates[0]!]!;
    const limit =
      candidates.length > count && falloff > 0 ? Math.sqrt(squared[candidates[count]!]!) : Infinity;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const point = candidates[i]!;
      const distance = Math.sqrt(squared[point]!);
      indices[i] = point;
      let share = weights[point]!;
      if (falloff > 0) {
        if (nearest === 0) share = distance === 0 ? share : 0;
        else {
          const reach = limit === Infinity ? 1 : 1 - distance / limit;
          share *= (reach * (Math.sqrt(nearest) / distance)) ** falloff;
        }
      }
      shares[i] = share;
      total += share;
    }
    for (let i = 0; i < count; i++) shares[i] = total > 0 ? shares[i]! / total : 1 / count;
  }

  /** Insertion into the sorted candidates; ties keep the order of the points. */
  private rank(squared: Float64Array): void {
    const { candidates, points } = this;
    let filled = 0;
    for (let i = 0; i < points; i++) {
      const distance = squared[i]!;
      if (filled === candidates.length && distance >= squared[candidates[filled - 1]!]!) continue;
      let place = filled < candidates.length ? filled++ : filled - 1;
      while (place > 0 && squared[candidates[place - 1]!]! > distance) {
        candidates[place] = candidates[place - 1]!;
        place--;
      }
      candidates[place] = i;
    }
  }
}
