/**
 * Minimum of the last `window` values in amortised constant time and fixed memory (monotonic queue:
 * D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons per element", 2006).
 */
export class SlidingMinimum {
  private readonly values: Float64Array;
  private readonly times: Float64Array;
  private readonly mask: number;
  private head = 0;
  private tail = 0;
  private time = 0;

  constructor(private readonly window: number) {
    const size = 2 ** Math.ceil(Math.log2(window + 1));
    this.values = new Float64Array(size);
    this.times = new Float64Array(size);
    this.mask = size - 1;
  }

  /** Adds a value. @returns the minimum of it and the `window − 1` values before it */
  next(value: number): number {
    while (this.tail > this.head && (this.values[(this.tail - 1) & this.mask] as number) >= value) {
      this.tail -= 1;
    }
    this.values[this.tail & this.mask] = value;
    this.times[this.tail & this.mask] = this.time;
    this.tail += 1;
    if ((this.times[this.head & this.mask] as number) <= this.time - this.window) this.head += 1;
    this.time += 1;
    return this.values[this.head & this.mask] as number;
  }

  /** Removes all values. */
  reset(): void {
    this.head = 0;
    this.tail = 0;
    this.time = 0;
  }
}
