import { z } from 'zod';
import { MAX_EXAMPLES, MAX_INPUTS, MAX_LATENTS } from '../../document/limits.js';
import { MAX_ATTRIBUTES } from '../../document/model-attribute.js';
import { trainedMappingSchema } from '../../document/trained.js';
import { mapRequestSchema } from '../../protocol/interface-commands.js';
import { manifestSchema } from '../model/manifest.js';
import { uint8Schema } from '../workers/messages.js';

/** Messages between the main thread and the map worker. */

const job = z.number().int().min(1);
const inputsSchema = z.array(z.number()).max(MAX_INPUTS);

/** Main thread to map worker. */
export const toMapWorkerSchema = z.discriminatedUnion('type', [
  /** The model whose level is measured; null where none is loaded. */
  z.strictObject({
    type: z.literal('model'),
    model: z.object({ dir: z.string(), manifest: manifestSchema }).nullable(),
  }),
  /** What the model lets be set, in its own order: what was measured with other values is forgotten. */
  z.strictObject({ type: z.literal('attributes'), values: z.array(z.number()).max(MAX_ATTRIBUTES) }),
  z.strictObject({ type: z.literal('mapping'), trained: trainedMappingSchema }),
  z.strictObject({
    type: z.literal('paint'),
    job,
    request: mapRequestSchema,
    inputs: inputsSchema,
    examples: z.array(inputsSchema).max(MAX_EXAMPLES),
    limitDb: z.number(),
  }),
]);
export type ToMapWorker = z.infer<typeof toMapWorkerSchema>;

const pictureSchema = z.strictObject({
  mode: mapRequestSchema.shape.mode,
  x: mapRequestSchema.shape.x,
  y: mapRequestSchema.shape.y,
  dimension: z.number().int().min(0).max(MAX_LATENTS),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  low: z.number(),
  high: z.number(),
  values: z.array(uint8Schema).min(1).max(3),
  confidence: uint8Schema.nullable(),
  loud: uint8Schema.nullable(),
});

/** Map worker to main thread. `measured`: levels were measured since the last picture. */
export const fromMapWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('painted'), job, picture: pictureSchema.nullable() }),
  z.strictObject({ type: z.literal('failed'), job, message: z.string() }),
  z.strictObject({ type: z.literal('measured') }),
]);
export type FromMapWorker = z.infer<typeof fromMapWorkerSchema>;
