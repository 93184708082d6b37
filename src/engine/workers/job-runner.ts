import type { z } from 'zod';
import type { TillerError } from '../../document/tiller-error.js';
import { type Failure, errorOf } from './messages.js';
import { WorkerThread } from './worker-thread.js';

interface Progress {
  readonly type: 'progress';
  readonly share: number;
}
interface Failed {
  readonly type: 'failed';
  readonly failure: Failure;
}
/** What a thread that does one job sends: its progress, then its answer or why there is none. */
type AnswerOf<Message> = Exclude<Message, Progress | Failed>;

export interface JobRunnerOptions<Message> {
  /** The bundled worker script, which does one job with the data that it is started with. */
  readonly url: URL;
  /** Name of its thread, for profilers. */
  readonly name: string;
  readonly schema: z.ZodType<Message>;
  /** What a job that is cancelled rejects with. */
  readonly cancelled: () => TillerError;
  /** What a job rejects with whose thread fails. @param reason as part of a sentence */
  readonly failed: (reason: string, cause: unknown) => TillerError;
}

interface Running {
  readonly thread: Pick<WorkerThread<never, never>, 'end'>;
  readonly end: (error: TillerError) => void;
}

/**
 * Does jobs in a background thread of their own, one at a time. To be used by one thread.
 * @typeParam Message what the thread sends: `progress`, then `failed` or an answer of any other type
 */
export class JobRunner<Message extends { readonly type: string }> {
  private running: Running | null = null;

  constructor(private readonly options: JobRunnerOptions<Message>) {}

  /**
   * Does a job; one that runs is cancelled.
   * @param data cloned into the thread
   * @param onProgress called with the share of the work that is done, 0..1, at the beginning too; with null once the job has ended
   * @throws TillerError `cancelled` and `failed` of the options, and what the thread answers
   */
  run(data: unknown, onProgress: (share: number | null) => void): Promise<AnswerOf<Message>> {
    this.cancel();
    const { url, name, schema, failed } = this.options;
    return new Promise((resolve, reject) => {
      const settle = () => {
        if (this.running?.thread !== thread) return false;
        this.running = null;
        onProgress(null);
        void thread.end();
        return true;
      };
      const end = (error: TillerError) => {
        if (settle()) reject(error);
      };
      const thread = new WorkerThread<never, Message>({
        url,
        name,
        data,
        background: true,
        schema,
        onMessage: (message) => {
          if (isFailed(message)) end(errorOf(message.failure));
          else if (!isProgress(message)) {
            if (settle()) resolve(message as AnswerOf<Message>);
          } else if (this.running?.thread === thread) onProgress(message.share);
        },
        onFailure: ({ reason, cause }) => end(failed(reason, cause)),
      });
      this.running = { thread, end };
      onProgress(0);
    });
  }

  /** Ends the job that runs, which then rejects. */
  cancel(): void {
    this.running?.end(this.options.cancelled());
  }

  /** Cancels the job that runs, and resolves when its thread has ended. */
  async close(): Promise<void> {
    const thread = this.running?.thread;
    this.cancel();
    await thread?.end();
  }
}

const isProgress = (message: { readonly type: string }): message is Progress => message.type === 'progress';
const isFailed = (message: { readonly type: string }): message is Failed => message.type === 'failed';
