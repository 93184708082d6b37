/**
 * Finds the k nearest points and their weights, without allocation. The weights are those of the modified Shepard method,
 * ((R − d)/(R·d))^falloff with R the distance of the nearest point that is left out (Franke and Nielson 1980): they reach 0
 * before a neighbour is replaced, so that the result is continuous. Where all points are neighbours they are 1/d^falloff.
 * With falloff 0 all neighbours have the same weight, and the result is not continuous.
 */
export class Neighbours {
  /** Indices of the neighbours, nearest first. */
  readonly indices: Int32Array;
  /** Their normalised weights, with sum 1. */
  readonly shares: Float64Array;
  /** Number of neighbours, k or the number of points. */
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
   * Writes `indices` and `shares`.
   * @param squared [points], squared distance of each point
   * @param weights [points], each point's own weight
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

  /** Insertion sort of the nearest points; equal distances keep the order of the points. */
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
