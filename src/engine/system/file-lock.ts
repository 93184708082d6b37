import { link, open, rename, rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { TillerError } from '../../document/tiller-error.js';
import { systemCode } from './file-error.js';
import { fileStamp } from './file-stamp.js';

/** A lock that stays the same for this long is that of a process that was ended while it held it. */
const STALE_MILLISECONDS = 5000;
const LONGEST_WAIT_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 15;

/**
 * Runs `work` while no other process works on the same file; processes that wait for it get their turns in no order. The lock is
 * a file beside it, which exists while it is held. For work of milliseconds.
 * @throws TillerError `disk-denied` where the lock stays taken; errors of the file system and of `work`
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const own = await take(lock);
  try {
    return await work();
  } finally {
    // Not one that another process has taken over meanwhile.
    if ((await fileStamp(lock)) === own) await rm(lock, { force: true });
  }
}

/** @returns the stamp of the lock that was taken */
async function take(lock: string): Promise<string | null> {
  const begin = performance.now();
  let seen: string | null = null;
  let seenAt = begin;
  for (;;) {
    if (await create(lock)) return fileStamp(lock);
    const stamp = await fileStamp(lock);
    const now = performance.now();
    if (stamp !== seen) {
      seen = stamp;
      seenAt = now;
    } else if (stamp !== null && now - seenAt > STALE_MILLISECONDS) await remove(lock, stamp);
    if (now - begin > LONGEST_WAIT_MILLISECONDS)
      throw new TillerError(
        'disk-denied',
        `Another Tiller is using ${lock.replace(/\.lock$/, '')}.`,
        `Try again. If this stays, remove ${lock}.`,
      );
    await wait(POLL_MILLISECONDS * (0.5 + Math.random()));
  }
}

/** Creates the lock. @returns false where it exists */
async function create(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close();
    return true;
  } catch (error) {
    // Windows says EPERM while a file that was removed is still open elsewhere.
    if (systemCode(error) === 'EEXIST' || (process.platform === 'win32' && systemCode(error) === 'EPERM'))
      return false;
    throw error;
  }
}

/** Removes an abandoned lock; where another process has put its own in its place meanwhile, that is put back. */
async function remove(lock: string, stamp: string): Promise<void> {
  const aside = `${lock}.${crypto.randomUUID()}`;
  try {
    await rename(lock, aside);
    if ((await fileStamp(aside)) !== stamp) await link(aside, lock);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
