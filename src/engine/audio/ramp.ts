/**
 * A level that moves to each new target along a straight line of fixed length, one step per sample, and ends on it
 * exactly. The same sequence of targets gives the same values however the samples are cut into blocks.
 */
export class Ramp {
  private start: number;
  private target: number;
  private remaining = 0;

  /** @param lengthSamples samples from a change to its end, at least 1 */
  constructor(
    private readonly lengthSamples: number,
    initial: number,
  ) {
    this.start = initial;
    this.target = initial;
  }

  /** Value of the last sample. */
  get value(): number {
    return this.target + (this.start - this.target) * (this.remaining / this.lengthSamples);
  }

  /** True when the level rests at `value`. */
  restsAt(value: number): boolean {
    return this.remaining === 0 && this.target === value;
  }

  /** Heads for `target` from the present value. */
  aim(target: number): void {
    if (target === this.target) return;
    this.start = this.value;
    this.target = target;
    this.remaining = this.lengthSamples;
  }

  /** Stands at `value` at once. */
  jump(value: number): void {
    this.start = value;
    this.target = value;
    this.remaining = 0;
  }

  /** Ends the ramp now. */
  finish(): void {
    this.jump(this.target);
  }

  /** Writes the next values to `out[from]` up to, not including, `out[to]`. */
  fill(out: Float64Array, from: number, to: number): void {
    let i = from;
    for (; i < to && this.remaining > 0; i += 1) {
      this.remaining -= 1;
      out[i] = this.value;
    }
    out.fill(this.target, i, to);
  }
}
