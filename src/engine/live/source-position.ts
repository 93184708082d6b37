import { int32Schema } from '../workers/messages.js';

export const NO_POSITION = -1;

/** One integer: the position in milliseconds, or `NO_POSITION`. */
export const sourcePositionSchema = int32Schema;

/** Memory for a position, to be shared with the worker. */
export const createSourcePosition = (): Int32Array =>
  new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)).fill(NO_POSITION);

/** How far the live worker has read its source, in memory that it shares with the main thread. */
export class SourcePosition {
  /** @param memory as `createSourcePosition` makes it */
  constructor(private readonly memory: Int32Array) {}

  /** @param seconds `NO_POSITION` for a source without one */
  set(seconds: number): void {
    Atomics.store(this.memory, 0, seconds === NO_POSITION ? NO_POSITION : Math.round(1000 * seconds));
  }

  /** In seconds; null where the source has no position. */
  get(): number | null {
    const milliseconds = Atomics.load(this.memory, 0);
    return milliseconds === NO_POSITION ? null : milliseconds / 1000;
  }
}
