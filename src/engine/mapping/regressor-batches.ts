import { dot } from './linear-algebra.js';
import { factorise, kernel, posteriorVariance } from './gp.js';
import { Neighbours } from './neighbours.js';
import type { Terms } from './polynomial.js';
import { fillTerms } from './polynomial.js';

/** Evaluates all dimensions of one kind and shape. Does not allocate. */
export interface RegressorBatch {
  /**
   * @param inputs [inputs], normalised
   * @param squaredDistances [points], from the inputs to each of the mapping's points
   * @param out [latents]; only the batch's own dimensions are written, in latent units
   */
  evaluate(inputs: Float64Array, squaredDistances: Float64Array, out: Float64Array): void;
}

/** The stored numbers of one dimension, and its index. */
export interface Placed {
  readonly index: number;
  readonly values: Float64Array;
}

/** Linear and polynomial regressors over the same terms. */
export interface PolynomialsLayout {
  readonly terms: Terms;
  /** One weight per term, then the constant. */
  readonly dimensions: readonly Placed[];
}

/** Polynomial and linear regressors of some latents. See `polynomial.ts`. */
export class PolynomialBatch implements RegressorBatch {
  private readonly features: Float64Array;

  constructor(private readonly layout: PolynomialsLayout) {
    this.features = new Float64Array(layout.terms.count);
  }

  evaluate(inputs: Float64Array, _squaredDistances: Float64Array, out: Float64Array): void {
    const { features } = this;
    const { terms, dimensions } = this.layout;
    fillTerms(terms, inputs, 0, features, 0);
    for (const { index, values } of dimensions) {
      out[index] = values[terms.count]! + dot(values, features, terms.count);
    }
  }
}

/** Nearest-neighbour regressors with the same number of neighbours and the same falloff. */
export interface NeighboursLayout {
  readonly pointWeights: Float64Array;
  readonly k: number;
  readonly falloff: number;
  /** One latent per point. */
  readonly dimensions: readonly Placed[];
}

/** Inverse-distance weighting of some latents. See `neighbours.ts`. */
export class NeighboursBatch implements RegressorBatch {
  private readonly neighbours: Neighbours;

  constructor(private readonly layout: NeighboursLayout) {
    this.neighbours = new Neighbours(layout.pointWeights.length, layout.k, layout.falloff);
  }

  evaluate(_inputs: Float64Array, squaredDistances: Float64Array, out: Float64Array): void {
    const { neighbours } = this;
    const { pointWeights, dimensions } = this.layout;
    neighbours.find(squaredDistances, pointWeights);
    for (const { index, values } of dimensions) {
      let sum = 0;
      for (let i = 0; i < neighbours.count; i++) {
        sum += neighbours.shares[i]! * values[neighbours.indices[i]!]!;
      }
      out[index] = sum;
    }
  }
}

/** One dimension of a Gaussian process: `values` are its coefficients. */
export interface PlacedProcess extends Placed {
  readonly mean: number;
  readonly deviation: number;
}

/** Gaussian processes with the same length scale and noise. */
export interface ProcessesLayout {
  /** [points, inputs], normalised. */
  readonly points: Float64Array;
  readonly inputs: number;
  readonly pointWeights: Float64Array;
  readonly lengthScale: number;
  readonly noise: number;
  readonly dimensions: readonly PlacedProcess[];
}

/** Gaussian processes of some latents. See `gp.ts`. */
export class ProcessBatch implements RegressorBatch {
  private readonly similarity: Float64Array;
  private factor: Float64Array | undefined;

  constructor(private readonly layout: ProcessesLayout) {
    this.similarity = new Float64Array(layout.pointWeights.length);
  }

  evaluate(_inputs: Float64Array, squaredDistances: Float64Array, out: Float64Array): void {
    this.compare(squaredDistances);
    for (const { index, values, mean } of this.layout.dimensions) {
      out[index] = mean + dot(values, this.similarity, values.length);
    }
  }

  /** Writes the posterior standard deviation of this batch's dimensions; factorises the kernel on its first call. */
  deviation(squaredDistances: Float64Array, out: Float32Array | Float64Array): void {
    const { points, inputs, pointWeights, lengthScale, noise } = this.layout;
    this.factor ??= factorise(points, inputs, pointWeights, lengthScale, noise).factor;
    this.compare(squaredDistances);
    const relative = Math.sqrt(posteriorVariance(this.factor, this.similarity, pointWeights.length));
    for (const { index, deviation } of this.layout.dimensions) out[index] = deviation * relative;
  }

  private compare(squaredDistances: Float64Array): void {
    for (let i = 0; i < this.similarity.length; i++) {
      this.similarity[i] = kernel(squaredDistances[i]!, this.layout.lengthScale);
    }
  }
}
