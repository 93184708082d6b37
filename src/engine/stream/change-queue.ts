/**
 * Changes of parameters that wait for their position, in a ring of fixed size sorted by position. Positions may be counted in
 * samples of a block, samples of the track or latent frames: what uses the queue says which.
 *
 * Thinning: of several changes of a parameter at one position, the last counts. When the queue is full, the latest change that
 * a later one of the same parameter follows is dropped, so that the last value of every parameter is kept. Both depend on
 * positions only, not on block sizes. Nothing is allocated after construction. One thread.
 */
export class ChangeQueue {
  private readonly positions: Float64Array;
  private readonly keys: Uint8Array;
  private readonly values: Float64Array;
  /** By key: 1 where a later change than the one that is looked at exists. Used by `thin` only. */
  private readonly followed: Uint8Array;
  private head = 0;
  private count = 0;

  /**
   * @param capacity most changes that wait, at least `keyCount`
   * @param keyCount parameters: keys are 0 to `keyCount` − 1, at most 256
   * @throws RangeError for a capacity below `keyCount`, which could not keep one value of each
   */
  constructor(
    private readonly capacity: number,
    keyCount: number,
  ) {
    if (capacity < keyCount) throw new RangeError(`${capacity} changes of ${keyCount} parameters`);
    this.positions = new Float64Array(capacity);
    this.keys = new Uint8Array(capacity);
    this.values = new Float64Array(capacity);
    this.followed = new Uint8Array(keyCount);
  }

  /** Changes that wait. */
  get length(): number {
    return this.count;
  }

  /** Adds a change after those at `position` and before. @param value in the parameter's own unit */
  push(position: number, key: number, value: number): void {
    let at = this.count;
    for (; at > 0 && (this.positions[this.slot(at - 1)] as number) >= position; at -= 1) {
      const slot = this.slot(at - 1);
      if (this.positions[slot] === position && this.keys[slot] === key) {
        this.values[slot] = value;
        return;
      }
    }
    while (at < this.count && this.positions[this.slot(at)] === position) at += 1;
    if (this.count < this.capacity) this.insert(at, position, key, value);
    else this.thin(at, position, key, value);
  }

  /** Position of the next change; Infinity when none waits. */
  get next(): number {
    return this.count === 0 ? Infinity : (this.positions[this.head] as number);
  }

  /** Key of the next change; only while one waits. */
  get nextKey(): number {
    return this.keys[this.head] as number;
  }

  /** Value of the next change, in the parameter's own unit; only while one waits. */
  get nextValue(): number {
    return this.values[this.head] as number;
  }

  /** Drops the next change. */
  shift(): void {
    if (this.count === 0) return;
    this.head = (this.head + 1) % this.capacity;
    this.count -= 1;
  }

  /** Drops every change of one parameter. */
  remove(key: number): void {
    let kept = 0;
    for (let i = 0; i < this.count; i += 1) {
      if (this.keys[this.slot(i)] === key) continue;
      if (kept < i) this.copy(i, kept);
      kept += 1;
    }
    this.count = kept;
  }

  /** Drops every change. */
  clear(): void {
    this.count = 0;
  }

  private slot(index: number): number {
    return (this.head + index) % this.capacity;
  }

  private copy(from: number, to: number): void {
    const source = this.slot(from);
    const target = this.slot(to);
    this.positions[target] = this.positions[source] as number;
    this.keys[target] = this.keys[source] as number;
    this.values[target] = this.values[source] as number;
  }

  private insert(at: number, position: number, key: number, value: number): void {
    for (let i = this.count; i > at; i -= 1) this.copy(i - 1, i);
    this.count += 1;
    this.write(at, position, key, value);
  }

  private write(at: number, position: number, key: number, value: number): void {
    const slot = this.slot(at);
    this.positions[slot] = position;
    this.keys[slot] = key;
    this.values[slot] = value;
  }

  /** Adds a change at `at` in the place of one that a later change of its parameter follows; that may be the new one itself. */
  private thin(at: number, position: number, key: number, value: number): void {
    this.followed.fill(0);
    let i = this.count - 1;
    for (; i >= at; i -= 1) {
      if (!this.marks(this.keys[this.slot(i)] as number)) continue;
      // Those between move up into the place of the one that is dropped.
      for (; i > at; i -= 1) this.copy(i - 1, i);
      this.write(at, position, key, value);
      return;
    }
    if (this.marks(key)) return;
    while (i >= 0 && !this.marks(this.keys[this.slot(i)] as number)) i -= 1;
    for (; i < at - 1; i += 1) this.copy(i + 1, i);
    this.write(at - 1, position, key, value);
  }

  /** Marks a key. @returns whether it was marked before */
  private marks(key: number): boolean {
    const was = this.followed[key] === 1;
    this.followed[key] = 1;
    return was;
  }
}
