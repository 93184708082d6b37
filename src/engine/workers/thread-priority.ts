import { readFileSync, readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Fields of `/proc/…/stat` are counted from 1; the name in brackets is the second. */
const FIRST_FIELD_AFTER_NAME = 3;

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

/**
 * The real-time priority, 1..99, of the thread that `/proc/<process>/task/<thread>/stat` describes; 0 where it has an ordinary
 * one (proc(5): fields 40 and 41, after the name in brackets, which may hold spaces). NaN where the text does not say.
 */
export function realtimePriorityIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[40 - FIRST_FIELD_AFTER_NAME] ?? NaN);
}

/** The same of a thread of this process; NaN where the system is not Linux, or the thread has ended. */
export function realtimePriority(thread: number): number {
  try {
    return realtimePriorityIn(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8'));
  } catch {
    return NaN;
  }
}

/**
 * The highest real-time priority, 1..99, that this user's threads may be given, of the text of `/proc/self/limits`; 0 where
 * they may have none, null where the text does not say.
 */
export function realtimeLimitIn(limits: string): number | null {
  const soft = /^Max realtime priority\s+(\d+|unlimited)/m.exec(limits)?.[1];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? 99 : Math.min(99, Number(soft));
}

/** The same of this process; null where the system is not Linux. Root needs no limit. */
export function realtimeLimit(): number | null {
  if (process.platform !== 'linux') return null;
  if (process.getuid?.() === 0) return 99;
  try {
    return realtimeLimitIn(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return null;
  }
}
