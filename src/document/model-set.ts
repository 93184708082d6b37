import { z } from 'zod';
import { examplesSchema } from './example.js';
import { keptLoopsSchema } from './kept-loop.js';
import { learningSchema } from './learning.js';
import { listenWithSchema } from './listen-with.js';
import { modelAttributesSchema } from './model-attribute.js';
import { modelReferenceSchema } from './model-reference.js';
import { steeringSchema } from './steering.js';
import { trainedMappingSchema } from './trained.js';

export { modelReferenceSchema, type ModelReference } from './model-reference.js';

/** Most models, besides the one that plays, whose examples an instrument keeps. */
export const MAX_OTHER_MODELS = 16;

/**
 * What belongs to one model, since its latents have nothing in common with those of another: the examples that were made
 * with it, the mapping learned from them, the settings of each latent, what the model lets be set, kept loops, and whose encoder it is played with. Examples have one value per input of the preset
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
  listenWith: listenWithSchema.nullable(),
});
export type ModelSet = z.infer<typeof modelSetSchema>;
