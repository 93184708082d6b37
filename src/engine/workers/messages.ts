import { types } from 'node:util';
import { z } from 'zod';
import { TillerError, type ErrorCode } from '../../document/tiller-error.js';

/** Asks a thread to end between two of its messages. */
export const END_MESSAGE = { type: 'end-thread' } as const;

/** Start data of every worker thread. */
export interface ThreadData {
  /** Run below normal priority. */
  readonly background: boolean;
  /** Start data of the particular worker. */
  readonly data: unknown;
}

export const threadDataSchema = z.strictObject({ background: z.boolean(), data: z.unknown() });

/** Whether a message asks the thread to end. */
export const isEndMessage = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === END_MESSAGE.type;

/** A TillerError as a message between threads. */
export const failureSchema = z.strictObject({
  // The engine's own code on the other side: its codes are not checked again.
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && code.length < 100),
  message: z.string(),
  hint: z.string().optional(),
});
export type Failure = z.infer<typeof failureSchema>;

/** Converts an error to a message. Any error but a TillerError is thrown again: it is a failure of the thread itself. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof TillerError)) throw error;
  return error.toJSON();
}

/** The error that a failure message of a worker stands for. */
export const errorOf = ({ code, message, hint }: Failure): TillerError =>
  new TillerError(code, message, hint);

// Typed arrays of another realm are not instances of this realm's classes.
export const float32Schema = z.custom<Float32Array>(types.isFloat32Array);
export const uint8Schema = z.custom<Uint8Array>(types.isUint8Array);
export const int32Schema = z.custom<Int32Array>(types.isInt32Array);
