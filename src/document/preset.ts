import { z } from 'zod';
import { outputSchema } from './output.js';
import { learningSchema } from './learning.js';
import { listenWithSchema } from './listen-with.js';
import { examplesSchema } from './example.js';
import { trainedMappingSchema } from './trained.js';
import { inputsSchema } from './input.js';
import { keptLoopsSchema } from './kept-loop.js';
import { steeringSchema } from './steering.js';
import { modelAttributesSchema } from './model-attribute.js';
import { MAX_OTHER_MODELS, modelReferenceSchema, modelSetSchema } from './model-set.js';

export { modelReferenceSchema, type ModelReference } from './model-set.js';

export const PRESET_FORMAT = 'tiller-preset';
/** Raised with each change of the format; `parse-preset.ts` converts older presets. */
export const PRESET_VERSION = 6;

/**
 * The whole instrument: the content of a preset file, the state in a host's project, and the document that the page
 * edits. Plain JSON; loading it executes and fetches nothing.
 */
export const presetSchema = z.strictObject({
  format: z.literal(PRESET_FORMAT),
  version: z.literal(PRESET_VERSION),
  name: z.string().min(1).max(120),
  description: z.string().max(4000),
  tags: z.array(z.string().min(1).max(40)).max(32),
  author: z.string().max(120),
  /** The model that is played, and that `examples`, `trained`, `attributes`, `loops`, `listenWith` and `steering.dimensions` belong to. */
  model: modelReferenceSchema.nullable(),
  inputs: inputsSchema,
  examples: examplesSchema,
  learning: learningSchema,
  /** Null until something has been learned. */
  trained: trainedMappingSchema.nullable(),
  steering: steeringSchema,
  /** What the model lets be set; empty where the model has nothing of that kind, or was never there. */
  attributes: modelAttributesSchema,
  /** Loops of latents that the player has kept, by slot. */
  loops: keptLoopsSchema,
  /** Whose encoder hears the track; null for the model's own. */
  listenWith: listenWithSchema.nullable(),
  output: outputSchema,
  /** What belongs to models that the instrument has played before, for when it plays them again. */
  otherModels: z.array(modelSetSchema).max(MAX_OTHER_MODELS),
  /** Seeds the model's noise and the latent noise. */
  seed: z.number().int().min(0).max(0xffffffff),
});
export type Preset = z.infer<typeof presetSchema>;
