import { z } from 'zod';
import { MAX_LATENTS, MAX_MODEL_DELAY_SAMPLES } from './limits.js';
import { modelReferenceSchema } from './model-reference.js';
import { checkPacked, packedSchema } from './packing.js';

/** Latents of one model as a linear function of another's: for each, one weight for each of the other's, then a constant. */
export const adapterSchema = z.strictObject({
  /** Latents of the model that is listened with. */
  inputs: z.number().int().min(1).max(MAX_LATENTS),
  /** float32 [latents, inputs + 1] */
  weights: packedSchema(MAX_LATENTS * (MAX_LATENTS + 1), 'float32'),
});
export type LatentAdapter = z.infer<typeof adapterSchema>;

/** The model whose encoder hears the track, in place of that of the model that plays. All that its sound needs is kept: it is recalled to the bit. */
export const listenWithSchema = z.strictObject({
  model: modelReferenceSchema,
  /** Of both together, at their rate. */
  delaySamples: z.number().int().min(0).max(MAX_MODEL_DELAY_SAMPLES),
  /** Null where its latents are taken as they are. */
  adapter: adapterSchema.nullable(),
});
export type ListenWith = z.infer<typeof listenWithSchema>;

/** The error of an adapter to `latents` latents; undefined where it has none. */
export function checkAdapter({ adapter }: ListenWith, latents: number): string | undefined {
  if (adapter === null) return undefined;
  return checkPacked(adapter.weights, 'float32', latents * (adapter.inputs + 1));
}
