import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import type { z } from 'zod';
import { isEndMessage, threadDataSchema } from './messages.js';
import { lowerPriority } from './thread-priority.js';

/** Sends a message to the thread that started this one. `transfer`: buffers that are moved instead of copied. */
export type Post<Sent> = (message: Sent, transfer?: readonly ArrayBuffer[]) => void;

function portOf(): MessagePort {
  if (parentPort === null) throw new Error('this file is a worker and was not started as one');
  return parentPort;
}

/**
 * Validates this thread's start data, and lowers the priority of a background thread: must be called first.
 * @throws ZodError where the data is invalid
 */
export function startedWith<Data>(schema: z.ZodType<Data>): Data {
  const { background, data } = threadDataSchema.parse(workerData);
  if (background) lowerPriority();
  return schema.parse(data);
}

/** Function that sends messages to the thread that started this one. */
export function postTo<Sent>(): Post<Sent> {
  const port = portOf();
  return (message, transfer = []) => port.postMessage(message, transfer);
}

/**
 * Calls `receive` with each message of `WorkerThread.post`, in order, and ends this thread after `WorkerThread.end`. An exception
 * in `receive`, or an invalid message, ends the thread with a failure.
 * @param schema left out in the streaming thread, for messages that are built from validated documents
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

/** The next message of `WorkerThread.post`, or undefined. For a thread that does not wait in its event loop. */
export function nextMessage<Received>(): Received | undefined {
  const message: unknown = receiveMessageOnPort(portOf())?.message;
  if (isEndMessage(message)) process.exit();
  return message as Received | undefined;
}

/** Lets this thread end when its work is done, without waiting for further messages. */
export function endWithWork(): void {
  portOf().unref();
}
