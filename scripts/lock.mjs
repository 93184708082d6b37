import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** Age at which a lock counts as abandoned: another process may have got the number of its owner. */
const STALE_MILLISECONDS = 60 * 60 * 1000;
const POLL_MILLISECONDS = 200;

const sleep = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Creates the lock. Returns false where another process has it, and true also where no lock can be created. */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
  } catch (error) {
    return error.code !== 'EEXIST';
  }
  return true;
}

/** Process number of the lock's owner; 0 where it is unknown at the moment, null where it has ended. */
function holder(lock) {
  try {
    if (Date.now() - statSync(lock).mtimeMs > STALE_MILLISECONDS) return null;
    const pid = Number(readFileSync(lock, 'utf8'));
    // Created, but the number has not been written yet.
    if (!(pid > 0)) return 0;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Other errors: the lock has just been released, or its process belongs to another user.
    return error.code === 'ESRCH' ? null : 0;
  }
}

/** Takes the lock of a process that has ended. Of several that do so at once, the last one to write gets it. */
function takeOver(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  renameSync(own, lock);
  sleep(POLL_MILLISECONDS);
  return holder(lock) === process.pid;
}

/**
 * Runs `work`, which is synchronous, while no other process runs with this lock; waits for one that does. The lock of a killed
 * process is ignored.
 * @param lock path of a file that exists while the lock is held
 */
export function withLock(lock, work) {
  for (let isReported = false; !take(lock); sleep(POLL_MILLISECONDS)) {
    if (holder(lock) === null && takeOver(lock)) break;
    if (!isReported) console.error(`Waiting for another command that prepares this folder (${lock}) …`);
    isReported = true;
  }
  // A command that fails in `work` ends this program.
  const release = () => {
    if (holder(lock) === process.pid) rmSync(lock, { force: true });
  };
  process.once('exit', release);
  try {
    return work();
  } finally {
    process.off('exit', release);
    release();
  }
}
