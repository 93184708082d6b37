import type { Worker } from 'node:worker_threads';

/** A thread that has not ended itself by then is ended. */
const PATIENCE_MILLISECONDS = 3000;

/** Asks a thread to end itself between two messages. */
export interface EndMessage {
  type: 'end';
}

/**
 * Ends a thread that runs models, by asking it to. One that is terminated inside onnxruntime takes the process along:
 * the library's binding throws where nothing can be caught any more.
 */
export async function endWorker(worker: Worker): Promise<void> {
  // Node's id of a thread that has ended.
  if (worker.threadId === -1) return;
  await new Promise<void>((resolve) => {
    const overdue = setTimeout(() => void worker.terminate(), PATIENCE_MILLISECONDS);
    worker.once('exit', () => {
      clearTimeout(overdue);
      resolve();
    });
    const message: EndMessage = { type: 'end' };
    worker.postMessage(message);
  });
}
