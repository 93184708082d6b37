import { Worker } from 'node:worker_threads';
import { TillerError, type ErrorCode } from '../../document/tiller-error.js';
import type { AudioFile } from './read.js';

export interface ReadWorkerData {
  readonly path: string;
  readonly name: string;
}

export type FromReadWorker =
  | { type: 'read'; file: AudioFile }
  | { type: 'failed'; code: ErrorCode; message: string; hint: string | undefined };

/**
 * `readAudio` in a thread of its own, for a program that passes sound on meanwhile: a song keeps its thread for tenths of
 * a second, an album for seconds. The channels are shared memory, so that they cross to another thread uncopied.
 * @param workerUrl the bundled `read-worker`
 * @throws TillerError as `readAudio` does, and `internal` when the thread dies
 */
export function readInThread(
  path: string,
  name: string,
  workerUrl: URL = new URL('./read-worker.js', import.meta.url),
): Promise<AudioFile> {
  const workerData: ReadWorkerData = { path, name };
  const worker = new Worker(workerUrl, { name: 'tiller-read', workerData });
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromReadWorker) => {
      if (message.type === 'read') resolve(message.file);
      else reject(new TillerError(message.code, message.message, message.hint));
    });
    const died = (cause: unknown) =>
      reject(
        new TillerError('internal', `${name} could not be read.`, 'Try again with a shorter file.', {
          cause,
        }),
      );
    worker.once('error', died);
    worker.once('exit', died);
  });
}
