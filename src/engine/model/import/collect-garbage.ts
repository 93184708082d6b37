import { Session } from 'node:inspector/promises';

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
