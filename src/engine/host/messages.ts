import { z } from 'zod';
import { PARAMETERS } from '../../document/parameters.js';
import type { TO_PLUGIN } from '../../protocol/plugin.js';
import { modelOrderSchema, type ModelDelivery } from '../model/run/model-threads.js';
import type { OutgoingDocument } from './document-queue.js';
import type { DocumentMessage } from './frame-writer.js';
import { streamReportSchema, type StreamCommand } from '../stream/messages.js';
import { int32Schema } from '../workers/messages.js';

/** Frames that the main thread may have the streaming thread write to the plugin. */
export type Outgoing = Exclude<
  keyof typeof TO_PLUGIN,
  'samples' | 'pong' | 'prepared' | 'busy' | 'textPart' | DocumentMessage
>;

/** What the engine's main thread tells the thread that owns the pipe. */
export type ToPipe =
  | { type: 'command'; command: StreamCommand }
  | { type: 'send'; message: Outgoing; fields: Readonly<Record<string, number>>; text: string }
  /** Is written in parts, between blocks; other messages may overtake it. */
  | { type: 'document'; document: OutgoingDocument }
  /** Everything that the plugin said before a `settle` has been applied: one for each. */
  | { type: 'ready' }
  /** Answers an `open-model`. */
  | { type: 'model'; delivery: ModelDelivery };

/** Of MIDI. */
const MAX_PROGRAM = 127;

/** What the thread that owns the pipe tells the main thread. */
export const fromPipeSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), text: z.string() }),
  z.strictObject({ type: z.literal('state'), text: z.string() }),
  z.strictObject({
    type: z.literal('parameter'),
    index: z
      .number()
      .int()
      .min(0)
      .max(PARAMETERS.length - 1),
    value: z.number(),
  }),
  /** A stream or an export begins: to be answered by `ready`. */
  z.strictObject({ type: z.literal('settle') }),
  z.strictObject({ type: z.literal('open-interface') }),
  /** A preset is asked for: by its identifier, or by its place in the list where that is empty. */
  z.strictObject({
    type: z.literal('recall'),
    number: z.number().int().min(0),
    program: z.number().int().min(0).max(MAX_PROGRAM),
    id: z.string(),
  }),
  z.strictObject({ type: z.literal('render-warning'), text: z.string() }),
  z.strictObject({ type: z.literal('undo-history'), text: z.string() }),
  z.strictObject({ type: z.literal('report'), report: streamReportSchema }),
  /** To be answered by `model`. */
  z.strictObject({ type: z.literal('open-model'), order: modelOrderSchema }),
  /** The plugin is gone, or what it sends cannot be trusted: the engine ends. */
  z.strictObject({ type: z.literal('ended'), reason: z.string().nullable() }),
]);
export type FromPipe = z.infer<typeof fromPipeSchema>;

export const hostWorkerDataSchema = z.strictObject({
  /** One counter that the main thread raises while it is alive. */
  beats: int32Schema,
  /** The engine's. */
  version: z.string(),
});
export type HostWorkerData = z.infer<typeof hostWorkerDataSchema>;
