import { z } from 'zod';
import { TillerError } from '../../document/tiller-error.js';
import { errorOf, failureSchema, float32Schema } from '../workers/messages.js';
import { WorkerThread } from '../workers/worker-thread.js';
import type { AudioFile } from './read.js';

export const readWorkerDataSchema = z.strictObject({ path: z.string(), name: z.string() });

const fromReadWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('read'),
    file: z.strictObject({
      rate: z.number().int().positive(),
      channels: z.array(float32Schema).min(1).max(2),
      notFinite: z.number().int().min(0),
    }),
  }),
  failureSchema.extend({ type: z.literal('failed') }),
]);
export type FromReadWorker = z.infer<typeof fromReadWorkerSchema>;

/**
 * `readAudio` in a worker thread, so that the main thread can pass on audio meanwhile: decoding a song takes tenths of a second, an
 * album seconds. The channels are in shared memory, so that other threads get them without a copy.
 * @param workerUrl the bundled `read-worker`
 * @throws TillerError as `readAudio` does, and `internal` when the thread fails
 */
export function readInThread(
  path: string,
  name: string,
  workerUrl: URL = new URL('./read-worker.js', import.meta.url),
): Promise<AudioFile> {
  return new Promise((resolve, reject) => {
    new WorkerThread<never, FromReadWorker>({
      url: workerUrl,
      name: 'tiller-read',
      data: { path, name } satisfies z.infer<typeof readWorkerDataSchema>,
      background: true,
      schema: fromReadWorkerSchema,
      onMessage: (message) => {
        if (message.type === 'read') resolve(message.file);
        else reject(errorOf(message));
      },
      // Has no effect after an answer.
      onFailure: ({ cause }) =>
        reject(
          new TillerError('internal', `${name} could not be read.`, 'Try again with a shorter file.', {
            cause,
          }),
        ),
    });
  });
}
