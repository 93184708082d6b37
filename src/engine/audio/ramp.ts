/**
 * A linear ramp of fixed length to each new target, one step per sample, which ends exactly on it. The result does not depend on
 * block sizes. Does not allocate; one thread.
 */
export class Ramp {
  private start: number;
  private target: number;
  private remaining = 0;

  /** @param lengthSamples length of a ramp, at least 1 */
  constructor(
    private readonly lengthSamples: number,
    initial: number,
  ) {
    this.start = initial;
    this.target = initial;
  }

  /** Value at the last sample. */
  get value(): number {
    return this.target + (this.start - this.target) * (this.remaining / this.lengthSamples);
  }

  /** True where no ramp is running and the value is `value`. */
  restsAt(value: number): boolean {
    return this.remaining === 0 && this.target === value;
  }

  /** Starts a ramp from the present value to `target`. */
  aim(target: number): void {
    if (target === this.target) return;
    this.start = this.value;
    this.target = target;
    this.remaining = this.lengthSamples;
  }

  /** Sets `value` without a ramp. */
  jump(value: number): void {
    this.start = value;
    this.target = value;
    this.remaining = 0;
  }

  /** Ends the ramp at its target. */
  finish(): void {
    this.jump(this.target);
  }

  /** Writes the next values to `out[from]` up to, not including, `out[to]`. */
  fill(out: Float64Array, from: number, to: number): void {
    const { start, target, lengthSamples } = this;
    let { remaining } = this;
    let i = from;
    // As `value`, whose result would be a new object for each sample where the compiler does not inline the call.
    for (; i < to && remaining > 0; i += 1) {
      remaining -= 1;
      out[i] = target + (start - target) * (remaining / lengthSamples);
    }
    this.remaining = remaining;
    for (; i < to; i += 1) out[i] = target;
  }
}
