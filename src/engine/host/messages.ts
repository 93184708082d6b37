import { z } from 'zod';
import { PARAMETERS } from '../../document/parameters.js';
import { MAX_FIXED_LATENCY, type TO_PLUGIN } from '../../protocol/plugin.js';
import { modelOrderSchema, type ModelDelivery } from '../model/run/model-threads.js';
import type { OutgoingDocument } from './document-queue.js';
import type { DocumentMessage } from './frame-writer.js';
import { streamReportSchema, type StreamCommand } from '../stream/messages.js';
import { programSchema } from '../../protocol/programs.js';
import { int32Schema } from '../workers/messages.js';

/** Frames that the main thread may have the streaming thread write to the plugin. */
export type Outgoing = Exclude<
  keyof typeof TO_PLUGIN,
  'samples' | 'pong' | 'prepared' | 'busy' | 'textPart' | DocumentMessage
>;

/** Messages of the engine's main thread to the streaming thread. */
export type ToPipe =
  | { type: 'command'; command: StreamCommand }
  | { type: 'send'; message: Outgoing; fields: Readonly<Record<string, number>>; text: string }
  /** Is written in parts, between blocks; other messages may overtake it. */
  | { type: 'document'; document: OutgoingDocument }
  /** Answers one `settle`: everything that the plugin sent before it has been applied. */
  | { type: 'ready' }
  /** Answers an `open-model`. */
  | { type: 'model'; delivery: ModelDelivery };

/** Messages of the streaming thread to the main thread. */
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
  /** A preset is asked for: by its identifier, or by the program that it is assigned to where that is empty. */
  z.strictObject({
    type: z.literal('recall'),
    number: z.number().int().min(0),
    program: programSchema,
    id: z.string(),
  }),
  z.strictObject({
    type: z.literal('latency'),
    rate: z.number().positive(),
    fixedMilliseconds: z.number().min(0).max(MAX_FIXED_LATENCY),
    neededSamples: z.number().int().min(0),
  }),
  z.strictObject({ type: z.literal('render-warning'), text: z.string() }),
  z.strictObject({ type: z.literal('undo-history'), text: z.string() }),
  z.strictObject({ type: z.literal('report'), report: streamReportSchema }),
  /** To be answered by `model`. */
  z.strictObject({ type: z.literal('open-model'), order: modelOrderSchema }),
  /** The plugin has closed the pipe, or has sent something invalid: the engine ends. */
  z.strictObject({ type: z.literal('ended'), reason: z.string().nullable() }),
]);
export type FromPipe = z.infer<typeof fromPipeSchema>;

export const hostWorkerDataSchema = z.strictObject({
  /** One counter, which the main thread raises regularly while it does not hang. */
  beats: int32Schema,
  /** The engine's. */
  version: z.string(),
});
export type HostWorkerData = z.infer<typeof hostWorkerDataSchema>;
