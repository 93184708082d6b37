import { Worker } from 'node:worker_threads';
import { TillerError, type ErrorCode } from '../../../document/tiller-error.js';
import type { ImportedModel, ImportOptions } from './import.js';

export interface ImportWorkerData {
  readonly path: string;
  readonly libraryDir: string;
}

/** Asks the thread to end the import at its next step. */
export type ToImportWorker = 'cancel';

export type FromImportWorker =
  | { type: 'progress'; share: number; step: string }
  | { type: 'imported'; model: ImportedModel }
  | { type: 'failed'; code: ErrorCode; message: string; hint: string | undefined };

/**
 * `importModel` in a thread of its own, for a program that has other things to do meanwhile: translating a large model
 * keeps its thread for seconds. It costs 25 MB more than importing in the calling thread.
 * @param workerUrl the bundled `import-worker`
 * @throws TillerError as `importModel` does, `import-cancelled` by the signal, and `internal` when the thread dies
 */
export function importInThread(
  path: string,
  { libraryDir, onProgress, signal }: Pick<ImportOptions, 'libraryDir' | 'onProgress' | 'signal'>,
  workerUrl: URL = new URL('./import-worker.js', import.meta.url),
): Promise<ImportedModel> {
  const workerData: ImportWorkerData = { path, libraryDir };
  const worker = new Worker(workerUrl, { name: 'tiller-import', workerData });
  // Asked, not ended: a thread that is ended inside onnxruntime takes the process along, and leaves its files.
  const cancel = () => worker.postMessage('cancel' satisfies ToImportWorker);
  const imported = new Promise<ImportedModel>((resolve, reject) => {
    worker.on('message', (message: FromImportWorker) => {
      if (message.type === 'progress') onProgress?.(message.share, message.step);
      else if (message.type === 'imported') resolve(message.model);
      else reject(new TillerError(message.code, message.message, message.hint));
    });
    const died = (cause: unknown) =>
      reject(
        new TillerError(
          'internal',
          `The import broke off: ${cause instanceof Error ? cause.message : `its thread ended with ${String(cause)}`}.`,
          'The library is as it was. Import the file again, or report it.',
          { cause },
        ),
      );
    worker.once('error', died);
    worker.once('exit', died);
  });
  if (signal?.aborted === true) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  return imported.finally(() => signal?.removeEventListener('abort', cancel));
}
