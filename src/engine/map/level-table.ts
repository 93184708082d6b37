/** Points kept; the oldest make room. */
const CAPACITY = 2048;
const NEIGHBOURS = 4;
/** Mean squared distance per latent (in latent units) beyond which nothing is known of a point's level. */
const REACH = 0.35;

/** Levels that a model was measured to give, by latents; in between, the nearest ones are blended. */
export class LevelTable {
  private readonly latents: Float64Array;
  private readonly levels = new Float64Array(CAPACITY);
  private count = 0;
  private next = 0;
  private readonly nearest = new Float64Array(NEIGHBOURS);
  private readonly nearestLevels = new Float64Array(NEIGHBOURS);

  constructor(readonly width: number) {
    this.latents = new Float64Array(CAPACITY * width);
  }

  get empty(): boolean {
    return this.count === 0;
  }

  /** `levelDb` is the peak that the decoder gives while it gets `latents`. */
  add(latents: ArrayLike<number>, levelDb: number): void {
    for (let i = 0; i < this.width; i++) this.latents[this.next * this.width + i] = latents[i] ?? 0;
    this.levels[this.next] = levelDb;
    this.next = (this.next + 1) % CAPACITY;
    this.count = Math.min(CAPACITY, this.count + 1);
  }

  /** Whether a measured point lies so near that measuring again tells nothing. */
  knows(latents: ArrayLike<number>): boolean {
    this.search(latents);
    return (this.nearest[0] ?? Infinity) < 1e-3 * this.width;
  }

  /** The level to expect, in dB; NaN too far from everything measured. */
  expect(latents: ArrayLike<number>): number {
    this.search(latents);
    if (!((this.nearest[0] ?? Infinity) <= REACH * this.width)) return NaN;
    let sum = 0;
    let total = 0;
    for (let k = 0; k < Math.min(NEIGHBOURS, this.count); k++) {
      const weight = 1 / ((this.nearest[k] ?? Infinity) + 1e-4);
      sum += weight * (this.nearestLevels[k] ?? 0);
      total += weight;
    }
    return sum / total;
  }

  /** Fills `nearest` with squared distances, the least first, and `nearestLevels` with their levels. */
  private search(latents: ArrayLike<number>): void {
    const { nearest, nearestLevels, width } = this;
    nearest.fill(Infinity);
    for (let point = 0; point < this.count; point++) {
      let squared = 0;
      const last = nearest[NEIGHBOURS - 1] ?? Infinity;
      for (let i = 0; i < width && squared < last; i++) {
        const difference = (this.latents[point * width + i] ?? 0) - (latents[i] ?? 0);
        squared += difference * difference;
      }
      if (squared >= last) continue;
      let place = NEIGHBOURS - 1;
      while (place > 0 && (nearest[place - 1] ?? 0) > squared) {
        nearest[place] = nearest[place - 1] ?? Infinity;
        nearestLevels[place] = nearestLevels[place - 1] ?? 0;
        place -= 1;
      }
      nearest[place] = squared;
      nearestLevels[place] = this.levels[point] ?? 0;
    }
  }
}
