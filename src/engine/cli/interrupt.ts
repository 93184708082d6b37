import { type ImportOptions, type ImportedModel, importModel } from '../model/import/import.js';

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

/** `importModel` that leaves nothing in the library where it is interrupted. */
export async function importTidily(
  path: string,
  options: Omit<ImportOptions, 'signal'>,
): Promise<ImportedModel> {
  const controller = new AbortController();
  const importing = importModel(path, { ...options, signal: controller.signal });
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
