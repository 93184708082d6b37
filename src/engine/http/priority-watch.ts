import { realtimePriority } from '../workers/thread-priority.js';

/** The plugin changes the priority a few times a second at most. */
const READ_MILLISECONDS = 500;

/** Follows the real-time priority of the streaming thread, which another process sets. Main thread. */
export class PriorityWatch {
  private readAt = -Infinity;
  private last = NaN;

  /** @param thread its identifier in the kernel; null where it is not known */
  constructor(private readonly thread: () => number | null) {}

  /** 1..99, 0 for an ordinary thread, NaN where it is not known; at most half a second old. */
  now(time = performance.now()): number {
    if (time - this.readAt < READ_MILLISECONDS) return this.last;
    this.readAt = time;
    const thread = this.thread();
    this.last = thread === null ? NaN : realtimePriority(thread);
    return this.last;
  }
}
