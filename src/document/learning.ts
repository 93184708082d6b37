import { z } from 'zod';

const seed = z.number().int().min(0).max(0xffffffff);

/** Kind and hyperparameters of one latent dimension's regressor. */
export const regressorSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('mlp'),
    /** Units of each hidden layer, one or two layers. More examples than parameters cannot all be fitted. */
    hidden: z.array(z.number().int().min(1).max(64)).min(1).max(2),
    activation: z.enum(['tanh', 'relu']),
    /**
     * L2 regularisation: this times the sum of squared weights is added to the sum of squared errors, with latents
     * scaled to standard deviation 1. More gives smoother mappings that fit the examples less closely.
     */
    weightDecay: z.number().min(0).max(10),
    seed,
  }),
  z.strictObject({
    kind: z.literal('gp'),
    /** In normalised input units (1 is half the examples' range); `auto` chooses it by marginal likelihood with a prior. */
    lengthScale: z.union([z.literal('auto'), z.number().min(0.001).max(100)]),
    /** Assumed standard deviation of noise in the examples, relative to the process's; 0 passes through them. */
    noise: z.number().min(0).max(1),
  }),
  z.strictObject({
    kind: z.literal('linear'),
    /** L2 regularisation: factor of the sum of squared coefficients; inputs normalised to −1..1. */
    ridge: z.number().min(0).max(100),
  }),
  z.strictObject({
    kind: z.literal('polynomial'),
    degree: z.number().int().min(1).max(5),
    /** Also products of several inputs, up to the degree or to 512 terms. */
    crossTerms: z.boolean(),
    ridge: z.number().min(0).max(100),
  }),
  z.strictObject({
    kind: z.literal('knn'),
    k: z.number().int().min(1).max(32),
    /** Power of the inverse distance weighting (modified Shepard, which is continuous); 0 weighs all neighbours equally. */
    falloff: z.number().min(0).max(8),
  }),
]);
export type RegressorSettings = z.infer<typeof regressorSettingsSchema>;
export type RegressorKind = RegressorSettings['kind'];

/** Settings shared by every dimension, and those of the dimensions that differ. */
export const learningSchema = z.strictObject({
  shared: regressorSettingsSchema,
  /** Keyed by latent dimension, as text ("0", "1", …). */
  perDimension: z.record(z.string().regex(/^\d{1,3}$/), regressorSettingsSchema),
  /** Train automatically after each change of examples or settings. */
  automatic: z.boolean(),
});
export type Learning = z.infer<typeof learningSchema>;
