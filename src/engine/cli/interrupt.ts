import type { ImportedModel } from '../model/import/import.js';
import { importInThread, type ThreadImportOptions } from '../model/import/import-thread.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const tidies = new Set<() => unknown>();

/** Ends the program as the signal would have, once everything is tidied up; a second signal ends it at once. */
function end(signal: NodeJS.Signals): void {
  unwatch();
  const tidied = [...tidies].map((tidy) => Promise.resolve().then(tidy));
  void Promise.allSettled(tidied).then(() => process.kill(process.pid, signal));
}

function unwatch(): void {
  for (const signal of SIGNALS) process.off(signal, end);
}

/**
 * Has `tidy` called where a signal ends the program meanwhile, and waits for it.
 * @returns what takes that back
 */
export function tidyWhenInterrupted(tidy: () => unknown): () => void {
  if (tidies.size === 0) for (const signal of SIGNALS) process.on(signal, end);
  tidies.add(tidy);
  return () => {
    tidies.delete(tidy);
    if (tidies.size === 0) unwatch();
  };
}

/** `importInThread` at normal priority, which leaves nothing in the library where a signal ends the program. */
export async function importTidily(
  path: string,
  options: Omit<ThreadImportOptions, 'signal' | 'background'>,
): Promise<ImportedModel> {
  const controller = new AbortController();
  const importing = importInThread(path, { ...options, background: false, signal: controller.signal });
  const done = tidyWhenInterrupted(() => {
    controller.abort();
    return importing.catch(() => undefined);
  });
  try {
    return await importing;
  } catch (error) {
    // The program is about to end, and has nothing to tell.
    if (controller.signal.aborted) return await new Promise<never>(() => undefined);
    throw error;
  } finally {
    done();
  }
}
