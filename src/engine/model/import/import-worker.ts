import { TillerError } from '../../../document/tiller-error.js';
import { importModel } from './import.js';
import { failureOf } from '../../workers/messages.js';
import { endWithWork, postTo, serveWorker, startedWith } from '../../workers/serve-worker.js';
import { importWorkerDataSchema, toImportWorkerSchema, type FromImportWorker } from './import-thread.js';

/** The import thread: imports the one file that it was started for. See `importInThread`. */

const { path, libraryDir, sampleRate } = startedWith(importWorkerDataSchema);
const send = postTo<FromImportWorker>();
const cancelling = new AbortController();
serveWorker(
  () =>
    cancelling.abort(
      new TillerError('import-cancelled', 'The import was cancelled.', 'The library is as it was.'),
    ),
  toImportWorkerSchema,
);
endWithWork();

try {
  const { signal } = cancelling;
  const onProgress = (share: number, step: string) => send({ type: 'progress', share, step });
  send({
    type: 'imported',
    model: await importModel(path, {
      libraryDir,
      onProgress,
      signal,
      ...(sampleRate === undefined ? {} : { sampleRate }),
    }),
  });
} catch (error) {
  send({ type: 'failed', ...failureOf(error) });
}
