import { cholesky, solveCholesky } from './linear-algebra.js';

/** Relative ridge that keeps the system regular with fewer examples than terms; iterative refinement removes its bias. */
const JITTER = 1e-9;
const REFINEMENTS = 3;

/**
 * Weighted ridge regression (Hoerl and Kennard 1970) with an unpenalised constant, for several targets over the same features:
 * minimises Σ wᵢ (c + φᵢ·β − yᵢ)² + ridge·|β|². Where β is not determined (ridge 0, fewer points than features) it is the
 * solution of least norm, by iterated Tikhonov regularisation. Solved in the smaller of two spaces, features or points.
 */
export class RidgeSolver {
  private readonly means: Float64Array;
  /** √W·(Φ − mean): [points, features]. */
  private readonly centred: Float64Array;
  private readonly rootWeights: Float64Array;
  private readonly factor: Float64Array;
  private readonly size: number;
  private readonly dual: boolean;

  /** @param features [points, count]; @param weights [points], mean 1 */
  constructor(
    features: Float64Array,
    private readonly count: number,
    private readonly weights: Float64Array,
    private readonly ridge: number,
  ) {
    const points = weights.length;
    this.rootWeights = weights.map(Math.sqrt);
    this.means = new Float64Array(count);
    for (let i = 0; i < points; i++) {
      for (let k = 0; k < count; k++) {
        this.means[k] = this.means[k]! + (weights[i]! / points) * features[i * count + k]!;
      }
    }
    this.centred = features.map(
      (value, at) => this.rootWeights[Math.floor(at / count)]! * (value - this.means[at % count]!),
    );
    this.dual = points < count;
    this.size = Math.min(points, count);
    const system = this.system();
    let trace = 0;
    for (let i = 0; i < this.size; i++) trace += system[i * this.size + i]!;
    // With constant features the system is zero: any diagonal gives the coefficients 0.
    const jitter = trace > 0 ? (JITTER * trace) / this.size : 1;
    this.factor = new Float64Array(system.length);
    for (let extra = jitter; !cholesky(system, this.factor, this.size, ridge + extra);) {
      extra = Math.max(extra * 10, 1e-12);
    }
  }

  /** @param targets [points] @returns the coefficients of the features, then the constant */
  solve(targets: Float64Array): Float64Array {
    const { centred, count, ridge, rootWeights, weights, dual } = this;
    const points = weights.length;
    let mean = 0;
    for (let i = 0; i < points; i++) mean += (weights[i]! / points) * targets[i]!;
    const beta = new Float64Array(count);
    const dualCoefficients = new Float64Array(points);
    const residual = new Float64Array(points);
    const change = new Float64Array(this.size);
    for (let round = 0; round <= REFINEMENTS; round++) {
      for (let i = 0; i < points; i++) {
        let sum = rootWeights[i]! * (targets[i]! - mean);
        for (let k = 0; k < count; k++) sum -= centred[i * count + k]! * beta[k]!;
        residual[i] = sum;
      }
      if (dual) {
        for (let i = 0; i < points; i++) change[i] = residual[i]! - ridge * dualCoefficients[i]!;
        solveCholesky(this.factor, change, points);
        for (let i = 0; i < points; i++) dualCoefficients[i] = dualCoefficients[i]! + change[i]!;
        this.transposed(change, beta);
      } else {
        change.fill(0);
        this.transposed(residual, change);
        for (let k = 0; k < count; k++) change[k] = change[k]! - ridge * beta[k]!;
        solveCholesky(this.factor, change, count);
        for (let k = 0; k < count; k++) beta[k] = beta[k]! + change[k]!;
      }
    }
    const solution = new Float64Array(count + 1);
    let constant = mean;
    for (let k = 0; k < count; k++) constant -= beta[k]! * this.means[k]!;
    solution.set(beta);
    solution[count] = constant;
    return solution;
  }

  /** Adds Φᵀ·`vector` (weighted, centred features) to `out`. */
  private transposed(vector: Float64Array, out: Float64Array): void {
    const { centred, count } = this;
    for (let i = 0; i < this.weights.length; i++) {
      for (let k = 0; k < count; k++) out[k] = out[k]! + vector[i]! * centred[i * count + k]!;
    }
  }

  /** The smaller of the two Gram matrices; lower triangle. */
  private system(): Float64Array {
    const { centred, count, size } = this;
    const points = this.weights.length;
    const out = new Float64Array(size * size);
    const [rowStep, step, length] = this.dual ? [count, 1, count] : [1, count, points];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k < length; k++) {
          sum += centred[i * rowStep + k * step]! * centred[j * rowStep + k * step]!;
        }
        out[i * size + j] = sum;
      }
    }
    return out;
  }
}
