import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's own: by how much the space for new objects grows when some of them stay alive. */
const USUAL_GROWTH = 2;

/**
 * Does work that makes many short-lived objects in as little memory as it can: V8's space for new objects, which would grow to
 * tens of megabytes and stay there, keeps its size. The setting is the whole process's for that time.
 */
export async function inSmallHeap<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--semi-space-growth-factor=1');
  try {
    return await work();
  } finally {
    setFlagsFromString(`--semi-space-growth-factor=${USUAL_GROWTH}`);
  }
}

/**
 * Gives back now what nothing refers to any more, large buffers above all. V8 would do so some time later: it does not
 * see that native code is about to need as much.
 */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  // Buffers are freed beside the program; what is found the second time waits for the first to be done.
  await nextTurn();
  collect();
}
