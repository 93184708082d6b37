import { parentPort, workerData } from 'node:worker_threads';
import { TillerError } from '../errors.js';
import { importModel } from './import.js';
import type { FromImportWorker, ImportWorkerData } from './import-thread.js';

/** The import thread: imports the one file that it was started for. See `importInThread`. */

const port = parentPort;
if (port === null) throw new Error('the import worker was not started as a worker');
const send = (message: FromImportWorker) => port.postMessage(message);
const { path, libraryDir } = workerData as ImportWorkerData;

try {
  const onProgress = (share: number, step: string) => send({ type: 'progress', share, step });
  send({ type: 'imported', model: await importModel(path, { libraryDir, onProgress }) });
} catch (error) {
  if (!(error instanceof TillerError)) throw error;
  const { code, message, hint } = error;
  send({ type: 'failed', code, message, hint });
}
