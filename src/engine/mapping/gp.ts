import { cholesky, dot, logDeterminant, solveCholesky, solveLower } from './linear-algebra.js';

/** Variance added to the kernel's diagonal, relative to the process's, so that close points stay solvable. */
const JITTER = 1e-9;
/** Length scales tried: from a twentieth of half an input's travel to far beyond it, a quarter apart. */
const LENGTH_SCALES = Array.from({ length: 32 }, (_, i) => 0.05 * 1.25 ** i);
/** Points that the choice of the length scale looks at; its cost grows with their cube. */
const SELECTION_POINTS = 256;
/** Shortest length scale to be chosen, in typical distances to the nearest point: below, a map is flat but for dots. */
const LEAST_SPACINGS = 0.75;
/** Root mean square miss, in spreads of the targets, up to which a process without noise meets its examples. */
const MET = 0.01;

/** Squared distances of `from` [inputs] to every point of `points` [count, inputs]. */
export function squaredDistances(
  from: Float64Array,
  at: number,
  points: Float64Array,
  count: number,
  inputs: number,
  out: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let k = 0; k < inputs; k++) {
      const difference = from[at + k]! - points[i * inputs + k]!;
      sum += difference * difference;
    }
    out[i] = sum;
  }
}

/** The squared exponential kernel, of variance 1. */
export function kernel(squaredDistance: number, lengthScale: number): number {
  return Math.exp(-squaredDistance / (2 * lengthScale * lengthScale));
}

/**
 * Cholesky factor of K = R + diag(noise²/wᵢ) over the points, in units of the process's variance
 * (Rasmussen and Williams 2006, algorithm 2.1). The same points give the same factor bit for bit, so that a
 * saved mapping's deviation is the one it was trained with. `jitter` is what the diagonal had to have added.
 *
 * @param checkpoint called now and then; may throw to abandon it
 */
export function factorise(
  points: Float64Array,
  inputs: number,
  weights: Float64Array,
  lengthScale: number,
  noise: number,
  checkpoint?: () => void,
): { factor: Float64Array; jitter: number } {
  const n = weights.length;
  const matrix = new Float64Array(n * n);
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    squaredDistances(points, i * inputs, points, i, inputs, row);
    for (let j = 0; j < i; j++) matrix[i * n + j] = kernel(row[j]!, lengthScale);
    matrix[i * n + i] = 1 + (noise * noise) / weights[i]!;
  }
  const factor = new Float64Array(n * n);
  let jitter = JITTER;
  while (!cholesky(matrix, factor, n, jitter, checkpoint)) jitter *= 10;
  return { factor, jitter };
}

/** Variance of the process at a point, relative to its prior: 1 − kᵀ·K⁻¹·k. Overwrites `similarity`, the k. */
export function posteriorVariance(factor: Float64Array, similarity: Float64Array, n: number): number {
  solveLower(factor, similarity, n);
  return Math.max(0, 1 - dot(similarity, similarity, n));
}

/** One dimension's fit: coefficients α = K⁻¹·(y − mean), and the process's variance. */
export function solveProcess(
  factor: Float64Array,
  centred: Float64Array,
): { coefficients: Float64Array; variance: number } {
  const n = centred.length;
  const coefficients = centred.slice();
  solveCholesky(factor, coefficients, n);
  return { coefficients, variance: Math.max(0, dot(centred, coefficients, n) / n) };
}

/** Half of the points have another one within this distance. */
function typicalSpacing(points: Float64Array, inputs: number, n: number): number {
  const squared = new Float64Array(n);
  const nearest = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    squaredDistances(points, i * inputs, points, n, inputs, squared);
    squared[i] = Infinity;
    nearest[i] = squared.reduce((least, distance) => Math.min(least, distance), Infinity);
  }
  return Math.sqrt(nearest.sort()[Math.floor((n - 1) / 2)]!);
}

interface Candidate {
  readonly scale: number;
  readonly factor: Float64Array;
  readonly jitter: number;
  /** What the evidence has that does not depend on the targets: the determinant and the prior. */
  readonly constant: number;
}

/**
 * Chooses length scales for many dimensions over the same points: the greatest of the log marginal likelihood with
 * the process's variance at its optimum, −n/2·log(yᵀK⁻¹y/n) − ½·log|K|, plus a log-normal prior that grows with
 * √inputs (Hvarfner et al. 2024, here for inputs of −1..1), without which two or three examples would say nothing.
 *
 * Evidence alone makes two choices that no player would. Two near examples that differ are most likely under a length
 * scale as short as their distance, at which the rest of the pad is flat: scales begin where neighbours still touch.
 * Examples without order are most likely as noise, for which the jitter stands in: without noise, scales at which it
 * keeps the examples from being met come only after those at which they are.
 */
export class LengthScaleChooser {
  private readonly candidates: readonly Candidate[];
  private readonly selected: number[];

  /** @param movingInputs inputs that differ between the points */
  constructor(
    points: Float64Array,
    inputs: number,
    movingInputs: number,
    weights: Float64Array,
    private readonly noise: number,
    checkpoint: () => void,
  ) {
    const n = weights.length;
    const step = Math.max(1, Math.ceil(n / SELECTION_POINTS));
    this.selected = Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
    const chosen = Float64Array.from(
      this.selected.flatMap((i) => Array.from(points.subarray(i * inputs, (i + 1) * inputs))),
    );
    const chosenWeights = Float64Array.from(this.selected, (i) => weights[i]!);
    const median = Math.log(2) + Math.SQRT2 + Math.log(Math.max(1, movingInputs)) / 2;
    const least = LEAST_SPACINGS * typicalSpacing(points, inputs, n);
    this.candidates = LENGTH_SCALES.filter((scale) => scale >= least).map((scale) => {
      checkpoint();
      const { factor, jitter } = factorise(chosen, inputs, chosenWeights, scale, noise, checkpoint);
      const prior = -((Math.log(scale) - median) ** 2) / 6;
      return { scale, factor, jitter, constant: prior - logDeterminant(factor, chosenWeights.length) / 2 };
    });
  }

  /** @param centred targets less their mean, one per point */
  choose(centred: Float64Array): number {
    const n = this.selected.length;
    const targets = Float64Array.from(this.selected, (i) => centred[i]!);
    const tolerance = MET * Math.sqrt(dot(targets, targets, n));
    let best = { scale: LENGTH_SCALES[LENGTH_SCALES.length - 1]!, met: false, evidence: -Infinity };
    for (const { scale, factor, jitter, constant } of this.candidates) {
      const { coefficients, variance } = solveProcess(factor, targets);
      // What the mean misses the targets by is the diagonal's addition times the coefficients.
      const miss = jitter * Math.sqrt(dot(coefficients, coefficients, n));
      const met = this.noise > 0 || miss <= tolerance;
      const evidence = (-n / 2) * Math.log(variance + Number.MIN_VALUE) + constant;
      if (met === best.met ? evidence > best.evidence : met) best = { scale, met, evidence };
    }
    return best.scale;
  }
}
