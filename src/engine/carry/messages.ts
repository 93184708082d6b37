import { z } from 'zod';
import { exampleSchema } from '../../document/example.js';
import { MAX_EXAMPLES } from '../../document/limits.js';
import { manifestSchema } from '../model/manifest.js';
import { failureSchema } from '../workers/messages.js';

/** What crosses between the thread that carries examples over and the one that asks for it. */

const placeSchema = z.object({ dir: z.string(), manifest: manifestSchema });

/** An example's identifier, and its latents with one of the models. */
export const latentsOfExampleSchema = exampleSchema.pick({ id: true, latents: true });
export type LatentsOfExample = z.infer<typeof latentsOfExampleSchema>;

/** What the carrying worker is started with. */
export const carryWorkerDataSchema = z.strictObject({
  /** The model that the examples were made with, and the one that they are carried to. */
  from: placeSchema,
  to: placeSchema,
  examples: z.array(latentsOfExampleSchema).min(1).max(MAX_EXAMPLES),
});
export type CarryWorkerData = z.infer<typeof carryWorkerDataSchema>;

/** Carrying worker to main thread. */
export const fromCarryWorkerSchema = z.discriminatedUnion('type', [
  /** Share of the work that is done, 0..1. */
  z.strictObject({ type: z.literal('progress'), share: z.number().min(0).max(1) }),
  z.strictObject({ type: z.literal('carried'), examples: z.array(latentsOfExampleSchema).max(MAX_EXAMPLES) }),
  z.strictObject({ type: z.literal('failed'), failure: failureSchema }),
]);
export type FromCarryWorker = z.infer<typeof fromCarryWorkerSchema>;
