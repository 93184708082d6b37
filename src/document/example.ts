import { z } from 'zod';
import { MAX_EXAMPLES, MAX_INPUTS, MAX_LATENTS, MAX_LATENT_VALUE } from './limits.js';

/** One labelled point of the performance space, with the latents that sound there. */
export const exampleSchema = z.strictObject({
  id: z.string().min(1).max(64),
  label: z.string().max(120),
  /** Hue in degrees; the page chooses lightness and chroma for its theme. */
  hue: z.number().min(0).max(360),
  enabled: z.boolean(),
  /** Relative importance in training. */
  weight: z.number().min(0.01).max(100),
  /** One value per input, in the performance space's 0..1. */
  inputs: z.array(z.number().min(0).max(1)).min(1).max(MAX_INPUTS),
  /** One value per latent dimension, as the decoder receives them. */
  latents: z.array(z.number().min(-MAX_LATENT_VALUE).max(MAX_LATENT_VALUE)).min(1).max(MAX_LATENTS),
});
export type Example = z.infer<typeof exampleSchema>;
export const examplesSchema = z.array(exampleSchema).max(MAX_EXAMPLES);
