import { z } from 'zod';
import { outputSchema } from './output.js';
import { learningSchema } from './learning.js';
import { examplesSchema } from './example.js';
import { trainedMappingSchema } from './trained.js';
import { inputsSchema } from './input.js';
import { steeringSchema } from './steering.js';

export const PRESET_FORMAT = 'tiller-preset';
export const PRESET_VERSION = 1;

/** The model that a preset plays: found by the hash of its file; the name is shown where it is missing. */
export const modelReferenceSchema = z.strictObject({
  name: z.string().min(1).max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ModelReference = z.infer<typeof modelReferenceSchema>;

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
  model: modelReferenceSchema.nullable(),
  inputs: inputsSchema,
  examples: examplesSchema,
  learning: learningSchema,
  /** Null until something has been learned. */
  trained: trainedMappingSchema.nullable(),
  steering: steeringSchema,
  output: outputSchema,
  /** Seeds the model's noise and the latent noise. */
  seed: z.number().int().min(0).max(0xffffffff),
});
export type Preset = z.infer<typeof presetSchema>;
