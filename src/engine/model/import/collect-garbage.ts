import { Session } from 'node:inspector/promises';

/**
 * Frees what this thread no longer refers to, large buffers above all. V8 would do so some time later: it does not see that
 * native code is about to need as much memory. No flag of V8 is changed for it.
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
