import type { ImportedModel } from '../model/import/import.js';
import { importInThread, type ThreadImportOptions } from '../model/import/import-thread.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const cleanups = new Set<() => unknown>();

/** Runs all cleanups and then ends the program by the same signal; a second signal ends it at once. */
function end(signal: NodeJS.Signals): void {
  unwatch();
  const cleanedUp = [...cleanups].map((cleanup) => Promise.resolve().then(cleanup));
  void Promise.allSettled(cleanedUp).then(() => process.kill(process.pid, signal));
}

function unwatch(): void {
  for (const signal of SIGNALS) process.off(signal, end);
}

/**
 * Registers a function to be called, and awaited, before a signal ends the program.
 * @returns removes the registration
 */
export function cleanUpWhenInterrupted(cleanup: () => unknown): () => void {
  if (cleanups.size === 0) for (const signal of SIGNALS) process.on(signal, end);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) unwatch();
  };
}

/** `importInThread` at normal priority, cancelled without traces in the library where a signal ends the program. */
export async function importWithCleanup(
  path: string,
  options: Omit<ThreadImportOptions, 'signal' | 'background'>,
): Promise<ImportedModel> {
  const controller = new AbortController();
  const importing = importInThread(path, { ...options, background: false, signal: controller.signal });
  const done = cleanUpWhenInterrupted(() => {
    controller.abort();
    return importing.catch(() => undefined);
  });
  try {
    return await importing;
  } catch (error) {
    // The program is ending by the signal: no error is printed.
    if (controller.signal.aborted) return await new Promise<never>(() => undefined);
    throw error;
  } finally {
    done();
  }
}
