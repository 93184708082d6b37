import { z } from 'zod';
import { TillerError } from '../../../document/tiller-error.js';
import { failureOf, failureSchema, type Failure } from '../../workers/messages.js';
import { WorkerThread } from '../../workers/worker-thread.js';
import { listenerSchema } from './listener.js';
import { manifestSchema, playedVariantSchema } from '../manifest.js';
import {
  createModelMemory,
  markEnded,
  modelMemorySchema,
  request,
  type ModelMemory,
} from './model-memory.js';

/** V8's space for new objects: a model's thread makes hardly any. */
const YOUNG_GENERATION_MEGABYTES = 1;

/** What the thread that plays asks for. `id` comes back with the answer. */
export const modelOrderSchema = z.strictObject({
  id: z.number().int(),
  dir: z.string(),
  manifest: manifestSchema,
  variant: playedVariantSchema,
  /** The model whose encoder takes the place of its own; null where none does. */
  listener: listenerSchema.nullable(),
});
export type ModelOrder = z.infer<typeof modelOrderSchema>;

/**
 * The answer to an order: the memory of a model that is open and warm, with the number that the system gives its thread (0 where
 * that is not known), or why there is none.
 */
export type ModelDelivery =
  | { readonly id: number; readonly memory: ModelMemory; readonly thread: number }
  | { readonly id: number; readonly failure: Failure };

export const modelWorkerDataSchema = modelOrderSchema
  .omit({ id: true })
  .extend({ memory: modelMemorySchema });

const fromModelWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('opened'), thread: z.number().int().nonnegative() }),
  z.strictObject({ type: z.literal('failed'), failure: failureSchema }),
]);
export type FromModelWorker = z.infer<typeof fromModelWorkerSchema>;

/**
 * Opens models in threads of their own, one each, while the streaming thread plays on: onnxruntime opens a model on the
 * thread that will run it, which takes a tenth of a second and more. The streaming thread orders a model and, when it is
 * delivered, plays it as a `ThreadedModel`, whose `close` ends the thread. Main thread.
 */
export class ModelThreads {
  private readonly threads = new Map<ModelMemory, WorkerThread<never, FromModelWorker>>();

  /**
   * @param deliver gives an answer to the streaming thread
   * @param workerUrl the bundled `model-worker`
   */
  constructor(
    private readonly deliver: (delivery: ModelDelivery) => void,
    private readonly workerUrl: URL = new URL('./model-worker.js', import.meta.url),
  ) {}

  /** Starts to open a model. Every order is answered once by `deliver`. */
  open({ id, dir, manifest, variant, listener }: ModelOrder): void {
    let memory: ModelMemory;
    try {
      memory = createModelMemory(manifest, variant, listener);
    } catch (error) {
      this.deliver({ id, failure: failureOf(error) });
      return;
    }
    let answered = false;
    const answer = (delivery: ModelDelivery) => {
      if (!answered) this.deliver(delivery);
      answered = true;
    };
    const thread = new WorkerThread<never, FromModelWorker>({
      url: this.workerUrl,
      name: 'tiller-model',
      data: { dir, manifest, variant, listener, memory } satisfies z.infer<typeof modelWorkerDataSchema>,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MEGABYTES },
      stdoutToStderr: true,
      schema: fromModelWorkerSchema,
      onMessage: (message) => {
        if (message.type === 'opened') answer({ id, memory, thread: message.thread });
        else answer({ id, failure: message.failure });
      },
      // A thread whose model was closed ends by itself.
      onFailure: ({ reason }) => {
        this.threads.delete(memory);
        markEnded(memory);
        answer({
          id,
          failure: failureOf(
            new TillerError(
              'model-failed',
              `The model in ${dir} could not be opened: ${reason}.`,
              'Choose it again. If it fails again, import its .ts file again.',
            ),
          ),
        });
      },
    });
    thread.keepsProcessAlive(false);
    this.threads.set(memory, thread);
  }

  /** Ends every thread. Only once the streaming thread has ended: it may be waiting for an answer. */
  async close(): Promise<void> {
    const threads = [...this.threads];
    this.threads.clear();
    for (const [memory] of threads) request(memory, 'close');
    await Promise.all(threads.map(([, thread]) => thread.end()));
  }
}
