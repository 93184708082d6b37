import { TillerError } from '../../document/tiller-error.js';
import { WorkerThread, type WorkerFailure } from '../workers/worker-thread.js';
import { trainerEventSchema, type TrainerCommand, type TrainerEvent } from './messages.js';
import type { TrainingRequest, TrainingResult } from './train.js';

interface Job {
  readonly id: number;
  readonly resolve: (result: TrainingResult) => void;
  readonly reject: (error: TillerError) => void;
  readonly onProgress: ((done: number, total: number) => void) | undefined;
}

export interface TrainOptions {
  /** Called with the number of trained dimensions and of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Cancels this training. */
  readonly signal?: AbortSignal;
}

/**
 * Trains in a worker thread, which is started on first use and again after a failure. A new request cancels the running one.
 * An idle trainer does not keep the process running. Main thread.
 */
export class Trainer {
  private worker: WorkerThread<TrainerCommand, TrainerEvent> | undefined;
  private job: Job | undefined;
  private jobs = 0;
  private readonly wanted = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /** @param workerUrl the bundled `train-worker` */
  constructor(private readonly workerUrl: URL = new URL('./train-worker.js', import.meta.url)) {}

  /** True while a training runs. */
  get busy(): boolean {
    return this.job !== undefined;
  }

  /**
   * Trains a mapping, see `trainMapping`.
   * @throws TillerError `training-cancelled` by `cancel`, by the signal or by a newer request, `argument-invalid` as
   * `trainMapping`, `training-failed` where the worker fails
   */
  train(request: TrainingRequest, options: TrainOptions = {}): Promise<TrainingResult> {
    this.cancel('A newer training has replaced this one.');
    const { signal, onProgress } = options;
    const id = ++this.jobs;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(cancelled());
        return;
      }
      const abort = () => {
        if (this.job?.id === id) this.cancel();
      };
      const settle = () => signal?.removeEventListener('abort', abort);
      signal?.addEventListener('abort', abort, { once: true });
      this.job = {
        id,
        onProgress,
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      Atomics.store(this.wanted, 0, id);
      this.worker ??= this.start();
      this.worker.keepsProcessAlive(true);
      this.worker.post({ job: id, request });
    });
  }

  /**
   * Rejects the running training, if any, at once. The worker stops it at its next check: after milliseconds, or about a second
   * with two thousand examples.
   */
  cancel(message?: string): void {
    if (this.job === undefined) return;
    Atomics.store(this.wanted, 0, 0);
    this.finish()?.reject(cancelled(message));
  }

  /** Cancels and ends the worker. The trainer may be used again. */
  async close(): Promise<void> {
    this.cancel();
    const worker = this.worker;
    this.worker = undefined;
    await worker?.stop();
  }

  private start(): WorkerThread<TrainerCommand, TrainerEvent> {
    return new WorkerThread<TrainerCommand, TrainerEvent>({
      url: this.workerUrl,
      name: 'tiller-train',
      data: { wanted: this.wanted },
      background: true,
      schema: trainerEventSchema,
      onMessage: (event) => this.receive(event),
      onFailure: (failure) => this.fail(failure),
    });
  }

  private receive(event: TrainerEvent): void {
    if (event.job !== this.job?.id) return;
    switch (event.event) {
      case 'progress':
        this.job.onProgress?.(event.done, event.total);
        break;
      case 'trained':
        this.finish()?.resolve({ trained: event.trained, report: event.report });
        break;
      case 'failed':
        this.finish()?.reject(new TillerError(event.code, event.message, event.hint));
        break;
    }
  }

  private fail({ reason, cause }: WorkerFailure): void {
    this.worker = undefined;
    this.finish()?.reject(
      new TillerError(
        'training-failed',
        `The training stopped: ${reason}.`,
        'The mapping is unchanged; train again.',
        { cause },
      ),
    );
  }

  private finish(): Job | undefined {
    const job = this.job;
    this.job = undefined;
    this.worker?.keepsProcessAlive(false);
    return job;
  }
}

function cancelled(message = 'The training was cancelled.'): TillerError {
  return new TillerError('training-cancelled', message);
}
