import { dot } from './linear-algebra.js';
import { factorise, kernel, posteriorVariance } from './gp.js';
import { Neighbours } from './neighbours.js';
import type { Terms } from './polynomial.js';
import { fillTerms } from './polynomial.js';

/** Evaluates all dimensions of one kind and shape. Does not allocate. */
export interface Part {
  /**
   * @param inputs [inputs], normalised
   * @param squaredDistances [points], from the inputs to each of the mapping's points
   * @param out [latents]; only the part's own dimensions are written, in latent units
   */
  evaluate(inputs: Float64Array, squaredDistances: Float64Array, out: Float64Array): void;
}

/** The stored numbers of one dimension, and its index. */
export interface Placed {
  readonly index: number;
  readonly values: Float64Array;
}

/** Linear and polynomial regressors over the same terms. */
export class PolynomialPart implements Part {
  private readonly features: Float64Array;

  /** @param dimensions one weight per term, then the constant */
  constructor(
    private readonly terms: Terms,
    private readonly dimensions: readonly Placed[],
  ) {
    this.features = new Float64Array(terms.count);
  }

  evaluate(inputs: Float64Array, _squaredDistances: Float64Array, out: Float64Array): void {
    const { terms, features } = this;
    fillTerms(terms, inputs, 0, features, 0);
    for (const { index, values } of this.dimensions) {
      out[index] = values[terms.count]! + dot(values, features, terms.count);
    }
  }
}

/** Nearest-neighbour regressors with the same number of neighbours and the same falloff. */
export class NeighboursPart implements Part {
  private readonly neighbours: Neighbours;

  /** @param dimensions one latent per point */
  constructor(
    private readonly pointWeights: Float64Array,
    k: number,
    falloff: number,
    private readonly dimensions: readonly Placed[],
  ) {
    this.neighbours = new Neighbours(pointWeights.length, k, falloff);
  }

  evaluate(_inputs: Float64Array, squaredDistances: Float64Array, out: Float64Array): void {
    const { neighbours } = this;
    neighbours.find(squaredDistances, this.pointWeights);
    for (const { index, values } of this.dimensions) {
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
export class ProcessPart implements Part {
  private readonly similarity: Float64Array;
  private factor: Float64Array | undefined;

  constructor(
    private readonly points: Float64Array,
    private readonly inputs: number,
    private readonly pointWeights: Float64Array,
    private readonly lengthScale: number,
    private readonly noise: number,
    private readonly dimensions: readonly PlacedProcess[],
  ) {
    this.similarity = new Float64Array(pointWeights.length);
  }

  evaluate(_inputs: Float64Array, squaredDistances: Float64Array, out: Float64Array): void {
    this.compare(squaredDistances);
    for (const { index, values, mean } of this.dimensions) {
      out[index] = mean + dot(values, this.similarity, values.length);
    }
  }

  /** Writes the posterior standard deviation of this part's dimensions; factorises the kernel on its first call. */
  deviation(squaredDistances: Float64Array, out: Float32Array | Float64Array): void {
    const { points, inputs, pointWeights, lengthScale, noise } = this;
    this.factor ??= factorise(points, inputs, pointWeights, lengthScale, noise).factor;
    this.compare(squaredDistances);
    const relative = Math.sqrt(posteriorVariance(this.factor, this.similarity, pointWeights.length));
    for (const { index, deviation } of this.dimensions) out[index] = deviation * relative;
  }

  private compare(squaredDistances: Float64Array): void {
    for (let i = 0; i < this.similarity.length; i++) {
      this.similarity[i] = kernel(squaredDistances[i]!, this.lengthScale);
    }
  }
}
