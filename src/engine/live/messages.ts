import { z } from 'zod';
import { modelOrderSchema, type ModelDelivery } from '../model/run/model-threads.js';
import { streamReportSchema, type StreamCommand } from '../stream/messages.js';

/** Samples rendered at once: small against every hop, so that a gesture waits for no block. */
export const LIVE_BLOCK = 256;
export const LIVE_CHANNELS = 2;

/** Audio that plays into the model, at its own rate in Hz. `channels` are never written to again. */
export interface FileAudio {
  readonly rate: number;
  readonly channels: readonly Float32Array[];
}
/** What plays into the model: a file from its beginning, again and again, or the page's microphone. */
export type SourceAudio = ({ kind: 'file' } & FileAudio) | { kind: 'microphone' };

/** Main thread to live worker, handled in order between two blocks. */
export type ToLiveWorker =
  | { type: 'command'; command: StreamCommand }
  /** Answers an `open-model`. */
  | { type: 'model'; delivery: ModelDelivery }
  | { type: 'source'; source: SourceAudio }
  /** The file that plays after the end of the present one; without it, that one plays again. */
  | { type: 'next'; number: number; audio: FileAudio | null }
  | { type: 'seek'; seconds: number }
  | { type: 'play'; playing: boolean }
  /**
   * Quarter notes per minute, and the quarter note of what is rendered next (null where that is left alone): `jump` goes there at
   * once, `follow` by and by.
   */
  | { type: 'tempo'; perMinute: number; beat: number | null; align: 'jump' | 'follow' }
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
  /** The file of the `next` with this number has begun. */
  z.strictObject({ type: z.literal('advanced'), number: z.number().int() }),
]);
export type FromLiveWorker = z.infer<typeof fromLiveWorkerSchema>;
