import { z } from 'zod';
import { MAX_MODEL_DELAY_SAMPLES } from '../../document/limits.js';
import { manifestSchema } from '../model/manifest.js';
import { failureSchema, float32Schema } from '../workers/messages.js';

/** What crosses between the thread that prepares a listener and the one that asks for it. */

const placeSchema = z.object({ dir: z.string(), manifest: manifestSchema });

export const listenerDataSchema = z.strictObject({
  player: placeSchema,
  /** The model whose encoder is to hear the track. */
  listened: placeSchema,
  isAdapted: z.boolean(),
});
export type ListenerData = z.infer<typeof listenerDataSchema>;

export const fromListenerWorkerSchema = z.discriminatedUnion('type', [
  /** Share of the work that is done, 0..1. */
  z.strictObject({ type: z.literal('progress'), share: z.number().min(0).max(1) }),
  z.strictObject({
    type: z.literal('prepared'),
    delaySamples: z.number().int().min(0).max(MAX_MODEL_DELAY_SAMPLES),
    adapter: float32Schema.nullable(),
  }),
  z.strictObject({ type: z.literal('failed'), failure: failureSchema }),
]);
export type FromListenerWorker = z.infer<typeof fromListenerWorkerSchema>;
