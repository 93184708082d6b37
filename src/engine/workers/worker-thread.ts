import { Worker, type ResourceLimits, type TransferListItem } from 'node:worker_threads';
import type { z } from 'zod';
import { END_MESSAGE, type ThreadData } from './messages.js';

/** Time for a thread to end by itself before it is terminated. */
const END_TIMEOUT_MILLISECONDS = 3000;

export interface WorkerThreadOptions<Received> {
  /** The bundled worker script, which must receive messages with `serveWorker` or `nextMessage`. */
  readonly url: URL;
  /** Name of the thread, for profilers. */
  readonly name: string;
  /** Schema of the thread's messages; an invalid message is a failure of the thread. */
  readonly schema: z.ZodType<Received>;
  readonly onMessage: (message: Received) => void;
  /**
   * Called once where the thread ends by itself: because of an exception, an exit, or an invalid message. After that, `post` has
   * no effect.
   */
  readonly onFailure: (failure: WorkerFailure) => void;
  /** Cloned into the new thread. */
  readonly data?: unknown;
  /** True for a thread that runs below normal priority, so that audio comes first (Linux only). */
  readonly background?: boolean;
  readonly resourceLimits?: ResourceLimits;
  /** True where stdout is the plugin's pipe: the thread's output is redirected to stderr. */
  readonly stdoutToStderr?: boolean;
}

/** Why a thread failed. */
export interface WorkerFailure {
  /** The reason as part of a sentence, such as "The training stopped: …". */
  readonly reason: string;
  /** The exception, or null where the thread exited without one. */
  readonly cause: unknown;
}

/**
 * One worker thread: starts it, passes messages in both directions, validates the thread's messages, and reports a failure once.
 * Posting and ending do not throw. To be used by the thread that creates it.
 */
export class WorkerThread<Sent, Received> {
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private running = true;

  constructor(private readonly options: WorkerThreadOptions<Received>) {
    const { url, name, data, background = false, resourceLimits, stdoutToStderr = false } = options;
    const workerData: ThreadData = { background, data };
    this.worker = new Worker(url, {
      name,
      workerData,
      stdout: stdoutToStderr,
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
    });
    if (stdoutToStderr) this.worker.stdout.pipe(process.stderr);
    this.worker.on('message', (message: unknown) => this.receive(message));
    this.worker.on('error', (error: unknown) => this.fail(reasonOf(error), error));
    this.worker.on('messageerror', (error) => this.fail(reasonOf(error), error));
    this.exited = new Promise((resolve) => {
      this.worker.once('exit', (code) => {
        this.fail(`its thread ended with code ${code}`, null);
        resolve();
      });
    });
  }

  /** Sends a message; no effect after a failure or `end`. @param transfer buffers that are moved instead of copied */
  post(message: Sent, transfer: readonly TransferListItem[] = []): void {
    if (!this.running) return;
    try {
      this.worker.postMessage(message, transfer);
    } catch (error) {
      this.fail(`a message could not be sent: ${reasonOf(error)}`, error);
      this.terminate();
    }
  }

  /** Whether the running thread keeps the process from ending; initially true. */
  keepsProcessAlive(keeps: boolean): void {
    if (keeps) this.worker.ref();
    else this.worker.unref();
  }

  /**
   * Ends the thread between two of its messages; resolves when it has ended. A thread that runs a model must not be terminated:
   * onnxruntime's binding would throw an exception that cannot be caught, which ends the process.
   */
  async end(): Promise<void> {
    if (!this.running) return this.exited;
    this.running = false;
    // The process must not end before the thread, whose end is awaited.
    this.worker.ref();
    const overdue = setTimeout(() => this.terminate(), END_TIMEOUT_MILLISECONDS);
    this.worker.postMessage(END_MESSAGE);
    await this.exited;
    clearTimeout(overdue);
  }

  /** Terminates a thread that runs no model; resolves when it has ended. */
  async stop(): Promise<void> {
    this.running = false;
    this.terminate();
    await this.exited;
  }

  private terminate(): void {
    void this.worker.terminate();
  }

  private receive(message: unknown): void {
    if (!this.running) return;
    const parsed = this.options.schema.safeParse(message);
    if (parsed.success) this.options.onMessage(parsed.data);
    else {
      this.fail('it sent a message that is not valid', parsed.error);
      this.terminate();
    }
  }

  private fail(reason: string, cause: unknown): void {
    if (!this.running) return;
    this.running = false;
    this.options.onFailure({ reason, cause });
  }
}

function reasonOf(error: unknown): string {
  // An exception of another thread is not always an instance of this thread's Error.
  const message: unknown = typeof error === 'object' && error !== null && 'message' in error && error.message;
  return typeof message === 'string' && message !== '' ? message : String(error);
}
