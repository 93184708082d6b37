import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * This thread's identifier in the kernel; null where it is not available. Linux only: `/proc/thread-self` leads to
 * `<process>/task/<thread>`.
 */
export function kernelThreadId(): number | null {
  try {
    const id = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    return Number.isInteger(id) && id > 0 ? id : null;
  } catch {
    return null;
  }
}

/**
 * Lowers this thread's priority below that of audio. On Linux `setpriority` applies to a thread; elsewhere it would apply to the
 * whole process, and nothing is changed.
 * @returns whether the priority was changed
 */
export function lowerPriority(): boolean {
  const id = kernelThreadId();
  if (id === null) return false;
  try {
    setPriority(id, constants.priority.PRIORITY_BELOW_NORMAL);
    return true;
  } catch {
    return false;
  }
}
