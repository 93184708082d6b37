import { z } from 'zod';

const seed = z.number().int().min(0).max(0xffffffff);

/** What one latent dimension's regressor is, with its hyperparameters. */
export const regressorSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('mlp'),
    /** Units of each hidden layer, one or two layers. More examples than parameters cannot all be met. */
    hidden: z.array(z.number().int().min(1).max(64)).min(1).max(2),
    activation: z.enum(['tanh', 'relu']),
    /**
     * Prefers small weights, and so smooth mappings, at the price of missing examples a little: added to the sum of
     * squared misses is this times the sum of squared weights, with latents scaled to spread 1.
     */
    weightDecay: z.number().min(0).max(10),
    seed,
  }),
  z.strictObject({
    kind: z.literal('gp'),
    /** In normalised input units (1 is half the examples' travel); `auto` picks it by likelihood, within reason. */
    lengthScale: z.union([z.literal('auto'), z.number().min(0.001).max(100)]),
    /** Standard deviation of the noise believed to be in the examples, relative to the process's; 0 meets them. */
    noise: z.number().min(0).max(1),
  }),
  z.strictObject({
    kind: z.literal('linear'),
    /** Times the sum of squared coefficients, beside the sum of squared misses; inputs normalised to −1..1. */
    ridge: z.number().min(0).max(100),
  }),
  z.strictObject({
    kind: z.literal('polynomial'),
    degree: z.number().int().min(1).max(5),
    /** Products of several inputs too, up to the degree, or to what 512 terms allow. */
    crossTerms: z.boolean(),
    ridge: z.number().min(0).max(100),
  }),
  z.strictObject({
    kind: z.literal('knn'),
    k: z.number().int().min(1).max(32),
    /** Power of the inverse distance weighting (modified Shepard, so gestures never jump); 0 counts them alike. */
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

/** Settings that meet a few dozen examples, or come close where the kind allows it, without further thought. */
export function defaultRegressor(kind: RegressorKind): RegressorSettings {
  switch (kind) {
    case 'mlp':
      return { kind, hidden: [12], activation: 'tanh', weightDecay: 1e-4, seed: 1 };
    case 'gp':
      return { kind, lengthScale: 'auto', noise: 0 };
    case 'linear':
      return { kind, ridge: 1e-3 };
    case 'polynomial':
      return { kind, degree: 3, crossTerms: true, ridge: 1e-3 };
    case 'knn':
      return { kind, k: 4, falloff: 2 };
  }
}

export const defaultLearning = (): Learning => ({
  shared: defaultRegressor('mlp'),
  perDimension: {},
  automatic: true,
});
