/** Delays channels by whole samples, bit-exactly. Does not allocate after construction; one thread. */
export class DelayLine {
  private readonly rings: Float32Array[];
  private readonly mask: number;
  private written = 0;

  /** @param capacity longest delay plus longest block, in samples */
  constructor(channels: number, capacity: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, capacity)));
    this.mask = size - 1;
    this.rings = Array.from({ length: channels }, () => new Float32Array(size));
  }

  /** Clears to silence. */
  reset(): void {
    for (const ring of this.rings) ring.fill(0);
    this.written = 0;
  }

  /** Writes the first `count` samples of each channel. */
  write(input: readonly Float32Array[], count: number): void {
    for (let c = 0; c < this.rings.length; c += 1) {
      const ring = this.rings[c] as Float32Array;
      const source = input[c] as Float32Array;
      for (let i = 0; i < count; i += 1) ring[(this.written + i) & this.mask] = source[i] as number;
    }
    this.written += count;
  }

  /** Reads the `count` samples per channel that were written `delay` samples before the last `count`. */
  read(output: readonly Float32Array[], count: number, delay: number): void {
    const from = this.written - count - delay;
    for (let c = 0; c < this.rings.length; c += 1) {
      const ring = this.rings[c] as Float32Array;
      const target = output[c] as Float32Array;
      for (let i = 0; i < count; i += 1) target[i] = ring[(from + i) & this.mask] as number;
    }
  }
}
