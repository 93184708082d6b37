import { z } from 'zod';
import { examplesSchema } from './example.js';
import { keptLoopsSchema } from './kept-loop.js';
import { learningSchema } from './learning.js';
import { modelAttributesSchema } from './model-attribute.js';
import { steeringSchema } from './steering.js';
import { trainedMappingSchema } from './trained.js';

/** A model, found by the hash of its file; the name is shown where the model is missing. */
export const modelReferenceSchema = z.strictObject({
  name: z.string().min(1).max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ModelReference = z.infer<typeof modelReferenceSchema>;

/** Most models, besides the one that plays, whose examples an instrument keeps. */
export const MAX_OTHER_MODELS = 16;

/**
 * What belongs to one model, since its latents have nothing in common with those of another: the examples that were made
 * with it, the mapping learned from them, the settings of each latent, what the model lets be set, and kept loops. Examples have one value per input of the preset
 * and one latent per element of `dimensions`.
 */
export const modelSetSchema = z.strictObject({
  model: modelReferenceSchema,
  examples: examplesSchema,
  perDimension: learningSchema.shape.perDimension,
  trained: trainedMappingSchema.nullable(),
  dimensions: steeringSchema.shape.dimensions,
  attributes: modelAttributesSchema,
  loops: keptLoopsSchema,
});
export type ModelSet = z.infer<typeof modelSetSchema>;
