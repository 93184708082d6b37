import { z } from 'zod';
import { MAX_EXAMPLES, MAX_INPUTS, MAX_LATENTS } from './limits.js';
import { layerWidths, parameterCount } from './regressor-sizes.js';
import { checkPacked, packedSchema, unpack } from './packing.js';
import { MAX_TERMS, termCount } from './regressor-sizes.js';
import { regressorSettingsSchema } from './learning.js';

const finite = z.number().min(-1e6).max(1e6);
const [mlp, gp, linear, polynomial, knn] = regressorSettingsSchema.options;
const LARGEST_NETWORK = parameterCount(layerWidths(MAX_INPUTS, [64, 64]));

/** Common to every regressor that depends on the inputs. */
const learned = {
  /** Smallest and largest latent among the examples; values beyond are compressed towards this range. */
  range: z.tuple([finite, finite]).refine(([low, high]) => low <= high, 'the low end is above the high end'),
  /** Root mean square error at the examples, relative to the standard deviation of their latents. */
  errorRelative: z.number().min(0),
};

/** What was learned for one latent dimension. Weights take normalised inputs and give latents. */
export const trainedDimensionSchema = z.discriminatedUnion('kind', [
  /** No enabled examples: the dimension is not mapped. */
  z.strictObject({ kind: z.literal('none') }),
  /** One point, or examples with equal latents. */
  z.strictObject({ kind: z.literal('constant'), value: finite, errorRelative: z.number().min(0) }),
  z.strictObject({
    kind: z.literal('mlp'),
    hidden: mlp.shape.hidden,
    activation: mlp.shape.activation,
    /** float32 per layer: weights [width, width before], then biases. */
    weights: packedSchema(LARGEST_NETWORK, 'float32'),
    ...learned,
  }),
  z.strictObject({
    kind: z.literal('gp'),
    lengthScale: z.number().min(0.0001).max(1000),
    noise: gp.shape.noise,
    /** The prior mean, and the prior's standard deviation, in latent units. */
    mean: finite,
    deviation: z.number().min(0).max(1e12),
    /** float64, one per point: K⁻¹·(targets − mean). */
    coefficients: packedSchema(MAX_EXAMPLES, 'float64'),
    ...learned,
  }),
  z.strictObject({
    kind: linear.shape.kind,
    /** float32: one per input, then the constant. */
    weights: packedSchema(MAX_INPUTS + 1, 'float32'),
    ...learned,
  }),
  z.strictObject({
    kind: polynomial.shape.kind,
    degree: polynomial.shape.degree,
    /** Greatest total degree of a product of several inputs. */
    crossDegree: polynomial.shape.degree,
    /** float32: one per term, then the constant. */
    weights: packedSchema(MAX_TERMS + 1, 'float32'),
    ...learned,
  }),
  z.strictObject({
    kind: knn.shape.kind,
    k: knn.shape.k,
    falloff: knn.shape.falloff,
    /** float32: one per point. */
    values: packedSchema(MAX_EXAMPLES, 'float32'),
    ...learned,
  }),
]);
export type TrainedDimension = z.infer<typeof trainedDimensionSchema>;

/** The distinct points of the enabled examples, for Gaussian processes and nearest neighbours. */
const pointsSchema = z.strictObject({
  count: z.number().int().min(1).max(MAX_EXAMPLES),
  /** float32 [count, inputs], normalised. */
  inputs: packedSchema(MAX_EXAMPLES * MAX_INPUTS, 'float32'),
  /** float32 [count], mean 1. */
  weights: packedSchema(MAX_EXAMPLES, 'float32'),
});

/**
 * A learned mapping as presets store it: plain JSON with everything that evaluation needs. Inputs are normalised
 * by (x − centre)·scale; a scale of 0 marks an input that is constant in the examples and so has no effect.
 */
export const trainedMappingSchema = z
  .strictObject({
    inputs: z.number().int().min(1).max(MAX_INPUTS),
    centre: z.array(z.number().min(0).max(1)).max(MAX_INPUTS),
    scale: z.array(z.number().min(0).max(1e7)).max(MAX_INPUTS),
    points: pointsSchema.nullable(),
    dimensions: z.array(trainedDimensionSchema).min(1).max(MAX_LATENTS),
  })
  .superRefine((trained, context) => {
    const addIssue = (path: (string | number)[], message: string | undefined) => {
      if (message !== undefined) context.addIssue({ code: 'custom', path, message });
    };
    const { inputs, points } = trained;
    for (const key of ['centre', 'scale'] as const) {
      if (trained[key].length !== inputs) addIssue([key], `should hold ${inputs} numbers`);
    }
    if (points !== null) {
      addIssue(['points', 'inputs'], checkPacked(points.inputs, 'float32', points.count * inputs));
      addIssue(
        ['points', 'weights'],
        checkPacked(points.weights, 'float32', points.count) ?? checkPositive(points.weights),
      );
    }
    trained.dimensions.forEach((dimension, index) => {
      const [field, message] = checkDimension(dimension, inputs, points?.count);
      addIssue(['dimensions', index, field], message);
    });
  });
export type TrainedMapping = z.infer<typeof trainedMappingSchema>;

/** The covariance of a Gaussian process can only be factored with a positive weight at every point. */
function checkPositive(weights: string): string | undefined {
  return unpack(weights, 'float32').every((weight) => weight > 0) ? undefined : 'holds a weight of 0 or less';
}

/** The packed field of a dimension, and its error where it has one. */
function checkDimension(
  dimension: TrainedDimension,
  inputs: number,
  points: number | undefined,
): [string, string | undefined] {
  switch (dimension.kind) {
    case 'none':
    case 'constant':
      return ['kind', undefined];
    case 'mlp': {
      const count = parameterCount(layerWidths(inputs, dimension.hidden));
      return ['weights', checkPacked(dimension.weights, 'float32', count)];
    }
    case 'linear':
      return ['weights', checkPacked(dimension.weights, 'float32', inputs + 1)];
    case 'polynomial': {
      const count = termCount(inputs, dimension.degree, dimension.crossDegree);
      if (dimension.crossDegree > dimension.degree) return ['crossDegree', 'is above the degree'];
      if (count > MAX_TERMS) return ['degree', 'gives too many terms'];
      return ['weights', checkPacked(dimension.weights, 'float32', count + 1)];
    }
    case 'gp':
      if (points === undefined) return ['kind', 'needs the points of the examples'];
      return ['coefficients', checkPacked(dimension.coefficients, 'float64', points)];
    case 'knn':
      if (points === undefined) return ['kind', 'needs the points of the examples'];
      return ['values', checkPacked(dimension.values, 'float32', points)];
  }
}
