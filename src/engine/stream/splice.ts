/**
 * Joins two stretches of sound without a click: the step between the last value before and the first after a break
 * is added to what follows and fades along half a cosine. Nothing is repeated, and only what follows the break changes.
 */
export class Splice {
  private readonly fade: Float64Array;
  private readonly steps: Float64Array;
  private readonly last: Float64Array;
  private position: number;
  private broken = false;

  constructor(channels: number, lengthSamples: number) {
    this.fade = Float64Array.from(
      { length: lengthSamples },
      (_, i) => 0.5 * (1 + Math.cos((Math.PI * i) / lengthSamples)),
    );
    this.steps = new Float64Array(channels);
    this.last = new Float64Array(channels);
    this.position = lengthSamples;
  }

  /** Forgets a break, and what was heard before. */
  reset(): void {
    this.steps.fill(0);
    this.last.fill(0);
    this.position = this.fade.length;
    this.broken = false;
  }

  /** What `process` gets next does not continue what it got before. */
  break(): void {
    this.broken = true;
  }

  /** What `process` was last given ends differently now. */
  endsWith(channels: readonly Float32Array[], count: number): void {
    for (let c = 0; c < this.last.length; c += 1) {
      this.last[c] = (channels[c] as Float32Array)[count - 1] as number;
    }
  }

  /** Takes the next `count` samples, at least 1, of every channel, in place. */
  process(channels: readonly Float32Array[], count: number): void {
    const from = this.broken ? 0 : this.position;
    for (let c = 0; c < this.steps.length; c += 1) {
      const samples = channels[c] as Float32Array;
      if (this.broken) this.steps[c] = (this.last[c] as number) - (samples[0] as number);
      const step = this.steps[c] as number;
      const end = Math.min(count, this.fade.length - from);
      for (let i = 0; i < end; i += 1) {
        samples[i] = (samples[i] as number) + step * (this.fade[from + i] as number);
      }
      this.last[c] = samples[count - 1] as number;
    }
    this.position = Math.min(this.fade.length, from + count);
    this.broken = false;
  }
}
