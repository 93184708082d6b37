import { z } from 'zod';
import { modelOrderSchema, type ModelDelivery } from '../model/run/model-threads.js';
import { streamReportSchema, type StreamCommand } from '../stream/messages.js';

/** Samples rendered at once: small against every hop, so that a gesture waits for no block. */
export const LIVE_BLOCK = 256;
export const LIVE_CHANNELS = 2;

/** What plays into the model. `channels` are never written to again; the worker loops over them at their own rate. */
export type SourceAudio = { kind: 'loop'; rate: number; channels: Float32Array[] } | { kind: 'microphone' };

/** Main thread to live worker, handled in order between two blocks. */
export type ToLiveWorker =
  | { type: 'command'; command: StreamCommand }
  /** Answers an `open-model`. */
  | { type: 'model'; delivery: ModelDelivery }
  | { type: 'source'; source: SourceAudio }
  | { type: 'play'; playing: boolean }
  /** A speaker at this rate opens: frames that were granted before no longer count. */
  | { type: 'open'; rate: number }
  | { type: 'credit'; frames: number }
  | { type: 'close' }
  | { type: 'midi'; status: number; data1: number; data2: number }
  /** A microphone message of the page, unchanged. */
  | { type: 'microphone'; frame: ArrayBuffer };

/** Live worker to main thread. */
export const fromLiveWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('report'), report: streamReportSchema }),
  /** To be answered by `model`. */
  z.strictObject({ type: z.literal('open-model'), order: modelOrderSchema }),
  /** So many more blocks are complete in the audio ring. */
  z.strictObject({ type: z.literal('audio'), blocks: z.number().int().positive() }),
]);
export type FromLiveWorker = z.infer<typeof fromLiveWorkerSchema>;
