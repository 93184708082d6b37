import { Worker, type ResourceLimits, type TransferListItem } from 'node:worker_threads';
import type { z } from 'zod';
import { END_MESSAGE, type ThreadData } from './messages.js';

/** A thread that was asked to end and has not done so by then is terminated. */
const END_TIMEOUT_MILLISECONDS = 3000;

export interface WorkerThreadOptions<Received> {
  /** The bundled worker; its file must serve the thread's port with `serveWorker` or `WorkerInbox`. */
  readonly url: URL;
  /** Name of the thread, as a profiler shows it. */
  readonly name: string;
  /** What the thread may send: a message that does not match is a fault of the thread. */
  readonly schema: z.ZodType<Received>;
  readonly onMessage: (message: Received) => void;
  /**
   * Called once where the thread ends without having been told to: because of an exception, an exit, or a message that
   * does not match the schema. `post` does nothing from then on.
   */
  readonly onFailure: (failure: WorkerFailure) => void;
  /** Cloned into the new thread. */
  readonly data?: unknown;
  /** True for work that must give way to sound: the thread runs below normal priority where the system can. */
  readonly background?: boolean;
  readonly resourceLimits?: ResourceLimits;
  /** True where stdout is not this program's to write to: what the thread prints goes to stderr. */
  readonly stdoutToStderr?: boolean;
}

/** Why a thread ended by itself. */
export interface WorkerFailure {
  /** Plain words without a full stop, for a sentence such as "The training stopped: …". */
  readonly reason: string;
  /** The exception, or null where the thread exited without one. */
  readonly cause: unknown;
}

/**
 * One worker thread: starts it, passes messages both ways, checks what it sends, and tells once when it fails. Sending and
 * ending never throw. For the thread that makes it.
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

  /** Does nothing after a failure or `end`. @param transfer buffers that this thread gives away with it */
  post(message: Sent, transfer: readonly TransferListItem[] = []): void {
    if (!this.running) return;
    try {
      this.worker.postMessage(message, transfer);
    } catch (error) {
      this.fail(`it could not be told: ${reasonOf(error)}`, error);
      this.terminate();
    }
  }

  /** Says whether the thread alone keeps the process alive; it does at first. */
  keepsProcessAlive(keeps: boolean): void {
    if (keeps) this.worker.ref();
    else this.worker.unref();
  }

  /**
   * Asks the thread to end between two of its messages, and resolves when it has. A thread that runs models must not be
   * terminated while it does: onnxruntime's binding then throws where nothing can catch it, and the process ends.
   */
  async end(): Promise<void> {
    if (!this.running) return this.exited;
    this.running = false;
    // A thread that is waited for must end, even where it was not to keep the process alive.
    this.worker.ref();
    const overdue = setTimeout(() => this.terminate(), END_TIMEOUT_MILLISECONDS);
    this.worker.postMessage(END_MESSAGE);
    await this.exited;
    clearTimeout(overdue);
  }

  /** Ends a thread that runs no models, wherever it is. Resolves when it has ended. */
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
  // An exception of another thread need not be an instance of this one's class.
  const message: unknown = typeof error === 'object' && error !== null && 'message' in error && error.message;
  return typeof message === 'string' && message !== '' ? message : String(error);
}
