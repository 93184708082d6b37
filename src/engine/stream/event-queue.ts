import { StreamEvents } from './events.js';

/**
 * Collects the changes of one block from several sources, each in its own order, and hands them over in the order of
 * their samples; of two at one sample, the one that came first goes first. Allocates nothing after construction.
 */
export class PendingEvents {
  private readonly offsets: Int32Array;
  private readonly indices: Uint8Array;
  private readonly values: Float64Array;
  private readonly sorted: StreamEvents;
  private length = 0;

  constructor(private readonly capacity: number) {
    this.offsets = new Int32Array(capacity);
    this.indices = new Uint8Array(capacity);
    this.values = new Float64Array(capacity);
    this.sorted = new StreamEvents(capacity);
  }

  /**
   * Adds a change. Where there is no room the last one of the same parameter gives way, or else the last of all: of each
   * the newest value is the one that matters.
   */
  push(offsetSamples: number, index: number, value: number): void {
    if (this.length === this.capacity) this.makeRoom(index);
    let at = this.length;
    for (; at > 0 && (this.offsets[at - 1] as number) > offsetSamples; at--) {
      this.offsets[at] = this.offsets[at - 1] as number;
      this.indices[at] = this.indices[at - 1] as number;
      this.values[at] = this.values[at - 1] as number;
    }
    this.offsets[at] = offsetSamples;
    this.indices[at] = index;
    this.values[at] = value;
    this.length += 1;
  }

  private makeRoom(index: number): void {
    const last = this.indices.lastIndexOf(index);
    const out = last === -1 ? this.length - 1 : last;
    this.offsets.copyWithin(out, out + 1);
    this.indices.copyWithin(out, out + 1);
    this.values.copyWithin(out, out + 1);
    this.length -= 1;
  }

  /** The changes of the next block of `frames` samples, emptied; offsets are brought within it. Valid until the next call. */
  take(frames: number): StreamEvents {
    this.sorted.clear();
    for (let i = 0; i < this.length; i++) {
      const offset = Math.min(Math.max(0, this.offsets[i] as number), frames - 1);
      this.sorted.push(offset, this.indices[i] as number, this.values[i] as number);
    }
    this.length = 0;
    return this.sorted;
  }
}
