/** Peak and RMS per channel since the last `take`, linear. Does not allocate after construction; one thread. */
export class Meter {
  private readonly peaks: Float64Array;
  private readonly squares: Float64Array;
  private count = 0;

  constructor(channels: number) {
    this.peaks = new Float64Array(channels);
    this.squares = new Float64Array(channels);
  }

  /** Adds `count` samples per channel from `offset`. */
  add(channels: readonly Float32Array[], offset: number, count: number): void {
    for (let c = 0; c < this.peaks.length; c += 1) {
      const samples = channels[c] as Float32Array;
      let peak = this.peaks[c] as number;
      let sum = 0;
      for (let i = offset; i < offset + count; i += 1) {
        const value = Math.abs(samples[i] as number);
        if (value > peak) peak = value;
        sum += value * value;
      }
      this.peaks[c] = peak;
      this.squares[c] = (this.squares[c] as number) + sum;
    }
    this.count += count;
  }

  /** Writes one value per channel to each array and starts again; without samples all are 0. */
  take(peaks: Float32Array, rms: Float32Array): void {
    for (let c = 0; c < this.peaks.length; c += 1) {
      peaks[c] = this.peaks[c] as number;
      rms[c] = this.count === 0 ? 0 : Math.sqrt((this.squares[c] as number) / this.count);
    }
    this.peaks.fill(0);
    this.squares.fill(0);
    this.count = 0;
  }
}
