import { z } from 'zod';
import { TillerError } from '../../../document/tiller-error.js';
import { errorOf, failureSchema } from '../../workers/messages.js';
import { WorkerThread } from '../../workers/worker-thread.js';
import { manifestSchema } from '../manifest.js';
import type { ImportedModel, ImportOptions } from './import.js';

export const importWorkerDataSchema = z.strictObject({
  path: z.string(),
  libraryDir: z.string(),
  sampleRate: z.number().optional(),
});

/** Asks the thread to end the import at its next step. */
export const toImportWorkerSchema = z.literal('cancel');
type ToImportWorker = z.infer<typeof toImportWorkerSchema>;

const fromImportWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('progress'), share: z.number().min(0).max(1), step: z.string() }),
  z.strictObject({
    type: z.literal('imported'),
    model: z.strictObject({ dir: z.string(), manifest: manifestSchema }),
  }),
  failureSchema.extend({ type: z.literal('failed') }),
]);
export type FromImportWorker = z.infer<typeof fromImportWorkerSchema>;

/**
 * V8's space for new objects. Translating makes many that live briefly: the space would grow to tens of megabytes and stay
 * there, and a small one fits the processor's caches.
 */
const YOUNG_GENERATION_MEGABYTES = 3;

export interface ThreadImportOptions extends Pick<
  ImportOptions,
  'libraryDir' | 'onProgress' | 'signal' | 'sampleRate'
> {
  /** True (by default) where sound plays meanwhile: the thread then runs below normal priority. */
  readonly background?: boolean;
}

/**
 * `importModel` in a thread of its own, with a small heap: translating a large model takes seconds. Callable from any
 * thread; progress is reported on the calling one.
 * @param workerUrl the bundled `import-worker`
 * @throws TillerError as `importModel` does, `import-cancelled` by the signal, and `internal` when the thread fails
 */
export function importInThread(
  path: string,
  { libraryDir, onProgress, signal, sampleRate, background = true }: ThreadImportOptions,
  workerUrl: URL = new URL('./import-worker.js', import.meta.url),
): Promise<ImportedModel> {
  let cancel = () => undefined as void;
  const imported = new Promise<ImportedModel>((resolve, reject) => {
    const thread = new WorkerThread<ToImportWorker, FromImportWorker>({
      url: workerUrl,
      name: 'tiller-import',
      data: { path, libraryDir, ...(sampleRate === undefined ? {} : { sampleRate }) } satisfies z.infer<
        typeof importWorkerDataSchema
      >,
      background,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MEGABYTES },
      schema: fromImportWorkerSchema,
      onMessage: (message) => {
        if (message.type === 'progress') onProgress?.(message.share, message.step);
        else if (message.type === 'imported') resolve(message.model);
        else reject(errorOf(message));
      },
      // Its end after an answer changes nothing.
      onFailure: ({ reason, cause }) =>
        reject(
          new TillerError(
            'internal',
            `The import stopped: ${reason}.`,
            'The library is as it was. Import the file again, or report it.',
            { cause },
          ),
        ),
    });
    // Asked, not ended: a thread that is ended inside onnxruntime takes the process along, and leaves its files.
    cancel = () => thread.post('cancel');
  });
  if (signal?.aborted === true) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  return imported.finally(() => signal?.removeEventListener('abort', cancel));
}
