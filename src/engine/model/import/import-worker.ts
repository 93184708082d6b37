import { parentPort, workerData } from 'node:worker_threads';
import { TillerError } from '../../../document/tiller-error.js';
import { importModel } from './import.js';
import type { FromImportWorker, ImportWorkerData, ToImportWorker } from './import-thread.js';

/** The import thread: imports the one file that it was started for. See `importInThread`. */

const port = parentPort;
if (port === null) throw new Error('the import worker was not started as a worker');
const send = (message: FromImportWorker) => port.postMessage(message);
const { path, libraryDir } = workerData as ImportWorkerData;
const cancelling = new AbortController();
port.on('message', (message: ToImportWorker) => {
  if (message === 'cancel')
    cancelling.abort(
      new TillerError('import-cancelled', 'The import was cancelled.', 'The library is as it was.'),
    );
});
// The thread ends with its work, not with what it could still be told.
port.unref();

try {
  const { signal } = cancelling;
  const onProgress = (share: number, step: string) => send({ type: 'progress', share, step });
  send({ type: 'imported', model: await importModel(path, { libraryDir, onProgress, signal }) });
} catch (error) {
  if (!(error instanceof TillerError)) throw error;
  const { code, message, hint } = error;
  send({ type: 'failed', code, message, hint });
}
