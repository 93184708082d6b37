/**
 * Parameter changes that wait for their sample position: a queue of fixed size, filled in the order of positions. When
 * it is full, the newest waiting change of the same parameter takes the new value, and without one the change is
 * applied with the last in the queue: automation is thinned, and its last value never lost. Depends on positions
 * only, so it behaves the same whatever the block sizes.
 */
export class Timeline {
  private readonly positions: Float64Array;
  private readonly keys: Uint8Array;
  private readonly values: Float64Array;
  private head = 0;
  private length = 0;

  constructor(private readonly capacity: number) {
    this.positions = new Float64Array(capacity);
    this.keys = new Uint8Array(capacity);
    this.values = new Float64Array(capacity);
  }

  reset(): void {
    this.head = 0;
    this.length = 0;
  }

  push(position: number, key: number, value: number): void {
    if (this.length === this.capacity) {
      this.thin(key, value);
      return;
    }
    const slot = (this.head + this.length) % this.capacity;
    this.positions[slot] = position;
    this.keys[slot] = key;
    this.values[slot] = value;
    this.length += 1;
  }

  /** Position of the next change, Infinity when none waits. */
  get next(): number {
    return this.length === 0 ? Infinity : (this.positions[this.head] as number);
  }

  get nextKey(): number {
    return this.keys[this.head] as number;
  }

  get nextValue(): number {
    return this.values[this.head] as number;
  }

  /** Drops the next change. */
  shift(): void {
    if (this.length === 0) return;
    this.head = (this.head + 1) % this.capacity;
    this.length -= 1;
  }

  private thin(key: number, value: number): void {
    for (let i = this.length - 1; i >= 0; i -= 1) {
      const slot = (this.head + i) % this.capacity;
      if (this.keys[slot] !== key) continue;
      this.values[slot] = value;
      return;
    }
    const last = (this.head + this.length - 1) % this.capacity;
    this.keys[last] = key;
    this.values[last] = value;
  }
}
