import { Session } from 'node:inspector/promises';

/** What translating a smaller model file leaves behind is not worth a collection, which takes seconds where the heap is large. */
const LEAST_BYTES = 16 * 1024 * 1024;

/** `collectGarbage` where the translated model file is large. @param sourceBytes size of that file */
export async function collectAfterModel(sourceBytes: number): Promise<void> {
  if (sourceBytes >= LEAST_BYTES) await collectGarbage();
}

/**
 * Runs a full garbage collection of this thread. V8 would free large unreferenced buffers only later, because it does not
 * know that native code is about to need the memory. No V8 flag is needed.
 */
export async function collectGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
  } finally {
    session.disconnect();
  }
}
