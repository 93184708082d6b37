import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * This thread's identifier in the kernel; null where there is none to be had. Linux only: `/proc/thread-self` leads to
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
 * Has this thread give way to those that make sound. On Linux `setpriority` takes a thread; elsewhere it would take the
 * whole process, and nothing is done.
 * @returns whether it could be done
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
