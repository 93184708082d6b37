/** Most points; further ones replace the oldest. */
const CAPACITY = 2048;
const NEIGHBOURS = 4;
/** Mean squared distance per latent (latent units squared) to the nearest measured point, beyond which a level is unknown. */
const MAX_MEAN_SQUARED_DISTANCE = 0.35;

/** Measured output levels of a decoder by its latents; interpolates between the nearest by inverse squared distance. */
export class LevelTable {
  private readonly latents: Float64Array;
  private readonly levels = new Float64Array(CAPACITY);
  private count = 0;
  private next = 0;
  private readonly nearest = new Float64Array(NEIGHBOURS);
  private readonly nearestLevels = new Float64Array(NEIGHBOURS);

  /** @param width number of latents */
  constructor(readonly width: number) {
    this.latents = new Float64Array(CAPACITY * width);
  }

  /** True where nothing has been measured. */
  get empty(): boolean {
    return this.count === 0;
  }

  /** Adds a measured point. @param levelDb peak in dB, see `LevelProbe` */
  add(latents: ArrayLike<number>, levelDb: number): void {
    for (let i = 0; i < this.width; i++) this.latents[this.next * this.width + i] = latents[i] ?? 0;
    this.levels[this.next] = levelDb;
    this.next = (this.next + 1) % CAPACITY;
    this.count = Math.min(CAPACITY, this.count + 1);
  }

  /** Whether a measured point is so near that another measurement would give the same level. */
  isMeasured(latents: ArrayLike<number>): boolean {
    this.search(latents);
    return (this.nearest[0] ?? Infinity) < 1e-3 * this.width;
  }

  /** The interpolated level in dB; NaN too far from every measured point. */
  levelDb(latents: ArrayLike<number>): number {
    this.search(latents);
    if (!((this.nearest[0] ?? Infinity) <= MAX_MEAN_SQUARED_DISTANCE * this.width)) return NaN;
    let sum = 0;
    let total = 0;
    for (let k = 0; k < Math.min(NEIGHBOURS, this.count); k++) {
      const weight = 1 / ((this.nearest[k] ?? Infinity) + 1e-4);
      sum += weight * (this.nearestLevels[k] ?? 0);
      total += weight;
    }
    return sum / total;
  }

  /** Writes the squared distances of the nearest points to `nearest`, in ascending order, and their levels to `nearestLevels`. */
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
      let rank = NEIGHBOURS - 1;
      while (rank > 0 && (nearest[rank - 1] ?? 0) > squared) {
        nearest[rank] = nearest[rank - 1] ?? Infinity;
        nearestLevels[rank] = nearestLevels[rank - 1] ?? 0;
        rank -= 1;
      }
      nearest[rank] = squared;
      nearestLevels[rank] = this.levels[point] ?? 0;
    }
  }
}
