import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** Beyond this a lock is somebody's who died, and whose process number another program has. */
const STALE_MILLISECONDS = 60 * 60 * 1000;
const LOOK_MILLISECONDS = 200;

const rest = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Makes the lock this process's. Returns false where it has another owner, true also where nobody could make one. */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
  } catch (error) {
    return error.code !== 'EEXIST';
  }
  return true;
}

/** The process that holds the lock; 0 where that cannot be told at the moment, null where it died. */
function holder(lock) {
  try {
    if (Date.now() - statSync(lock).mtimeMs > STALE_MILLISECONDS) return null;
    const pid = Number(readFileSync(lock, 'utf8'));
    // Made, and its number not yet in it.
    if (!(pid > 0)) return 0;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Without this code the lock was just given back, or its process is another user's.
    return error.code === 'ESRCH' ? null : 0;
  }
}

/** Takes the lock of a process that died. Of several who do so at once, the last to write has it. */
function takeOver(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  renameSync(own, lock);
  rest(LOOK_MILLISECONDS);
  return holder(lock) === process.pid;
}

/**
 * Does `work`, which is synchronous, while no other process does any for this lock; waits for one that does. A process
 * that was killed meanwhile is in nobody's way.
 * @param lock path of a file that is there as long as somebody works
 */
export function alone(lock, work) {
  for (let told = false; !take(lock); rest(LOOK_MILLISECONDS)) {
    if (holder(lock) === null && takeOver(lock)) break;
    if (!told) console.error(`Waiting for another command that prepares this folder (${lock}) …`);
    told = true;
  }
  // A command that fails ends this program from within.
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
