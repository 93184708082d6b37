import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import type { z } from 'zod';
import { isEndMessage, threadDataSchema } from './messages.js';
import { lowerPriority } from './thread-priority.js';

/** Sends to the thread that started this one. `transfer`: buffers that are given away with the message. */
export type Post<Sent> = (message: Sent, transfer?: readonly ArrayBuffer[]) => void;

function portOf(): MessagePort {
  if (parentPort === null) throw new Error('this file is a worker and was not started as one');
  return parentPort;
}

/**
 * What this thread was started with. Lowers the thread's priority where it was started as a background thread: call it
 * first of all.
 * @throws ZodError where it is not what the schema says
 */
export function startedWith<Data>(schema: z.ZodType<Data>): Data {
  const { background, data } = threadDataSchema.parse(workerData);
  if (background) lowerPriority();
  return schema.parse(data);
}

/** This thread's way to the one that started it. */
export function postTo<Sent>(): Post<Sent> {
  const port = portOf();
  return (message, transfer = []) => port.postMessage(message, transfer);
}

/**
 * Calls `receive` with each message that `WorkerThread.post` sends, in order, and ends this thread when `WorkerThread.end`
 * asks for it. An exception in `receive`, or a message that does not match the schema, ends the thread with a failure.
 * @param schema left out for messages that are built from validated documents and must not cost the streaming thread time
 */
export function serveWorker<Received>(
  receive: (message: Received) => void,
  schema: z.ZodType<Received> | null = null,
): void {
  portOf().on('message', (message: unknown) => {
    if (isEndMessage(message)) process.exit();
    receive(schema === null ? (message as Received) : schema.parse(message));
  });
}

/** The next message that `WorkerThread.post` sent, or undefined. For a thread that waits elsewhere than in its event loop. */
export function nextMessage<Received>(): Received | undefined {
  const message: unknown = receiveMessageOnPort(portOf())?.message;
  if (isEndMessage(message)) process.exit();
  return message as Received | undefined;
}

/** Lets this thread end with its work: messages that may still come do not keep it. */
export function endWithWork(): void {
  portOf().unref();
}
