import { z } from 'zod';
import { MAX_EXAMPLES, MAX_INPUTS, MAX_LATENTS } from '../limits.js';

/** One labelled point: where in the performance space it lives, and the latents that sound there. */
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
  latents: z.array(z.number().min(-1000).max(1000)).min(1).max(MAX_LATENTS),
});
export type Example = z.infer<typeof exampleSchema>;
export const examplesSchema = z.array(exampleSchema).max(MAX_EXAMPLES);

const seed = z.number().int().min(0).max(0xffffffff);

/** What one latent dimension's regressor is, with its hyperparameters. */
export const regressorSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('mlp'),
    /** Units of each hidden layer, one or two layers. */
    hidden: z.array(z.number().int().min(1).max(64)).min(1).max(2),
    activation: z.enum(['tanh', 'relu']),
    weightDecay: z.number().min(0).max(10),
    seed,
  }),
  z.strictObject({
    kind: z.literal('gp'),
    /** In normalised input units; `auto` picks it by the data's marginal likelihood. */
    lengthScale: z.union([z.literal('auto'), z.number().min(0.001).max(100)]),
    /** Standard deviation of the noise believed to be in the examples, relative to their spread. */
    noise: z.number().min(0).max(1),
  }),
  z.strictObject({ kind: z.literal('linear'), ridge: z.number().min(0).max(100) }),
  z.strictObject({
    kind: z.literal('polynomial'),
    degree: z.number().int().min(1).max(5),
    crossTerms: z.boolean(),
    ridge: z.number().min(0).max(100),
  }),
  z.strictObject({
    kind: z.literal('knn'),
    k: z.number().int().min(1).max(32),
    /** Power of the inverse distance weighting; 0 averages the neighbours evenly. */
    falloff: z.number().min(0).max(8),
  }),
]);
export type RegressorSettings = z.infer<typeof regressorSettingsSchema>;
export type RegressorKind = RegressorSettings['kind'];

/** Settings for every dimension, with the dimensions that differ named apart. */
export const learningSchema = z.strictObject({
  shared: regressorSettingsSchema,
  /** Keyed by latent dimension, as text ("0", "1", …). */
  perDimension: z.record(z.string().regex(/^\d{1,3}$/), regressorSettingsSchema),
  /** Retrain by itself after each change of the examples. */
  automatic: z.boolean(),
});
export type Learning = z.infer<typeof learningSchema>;
