import { cholesky, dot, logDeterminant, solveCholesky, solveLower } from './linear-algebra.js';

/**
 * Relative variance added to the kernel's diagonal, so that the system stays regular with close points; ten times as much
 * where it cannot be factored in double precision.
 */
const JITTER = 1e-14;
/** Candidate length scales, in normalised inputs (the examples' range is 2): 0.05 to 50, each 1.25 times the previous. */
const LENGTH_SCALES = Array.from({ length: 32 }, (_, i) => 0.05 * 1.25 ** i);
/** Most points for the choice of the length scale, whose cost grows with their cube. */
const SELECTION_POINTS = 256;
/** Least length scale, in median nearest-neighbour distances: with shorter ones, the map is constant except near examples. */
const MIN_SPACINGS = 0.75;
/**
 * Largest RMS error, in standard deviations of the targets, with which a process without noise passes through its examples;
 * before `refine`, which makes it smaller.
 */
const INTERPOLATION_TOLERANCE = 1e-7;
/** Least length scale where no longer one interpolates, in distances between the two closest points: their kernel is 4e-6. */
const MIN_CLOSEST = 0.2;

/**
 * Writes the squared distances between one point and others to `out`, [count].
 * @param from points; the one at offset `at` is used
 * @param points [count, inputs]
 */
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

/** Squared exponential kernel of variance 1 (Rasmussen and Williams 2006, eq. 4.9). */
export function kernel(squaredDistance: number, lengthScale: number): number {
  return Math.exp(-squaredDistance / (2 * lengthScale * lengthScale));
}

/**
 * Cholesky factor of K = R + diag(noise²/wᵢ) over the points, in units of the process's variance
 * (Rasmussen and Williams 2006, algorithm 2.1). The same points give the same bits, so that a stored mapping has the standard
 * deviation with which it was trained.
 *
 * @param points [n, inputs], normalised
 * @param weights [n]
 * @param noise standard deviation relative to the process's
 * @param checkpoint called during a long factorisation; may throw to cancel it
 * @returns `factor`, lower triangle of [n, n]; the `jitter` that was added to the diagonal; the lower triangle of K without it
 */
export function factorise(
  points: Float64Array,
  inputs: number,
  weights: Float64Array,
  lengthScale: number,
  noise: number,
  checkpoint?: () => void,
): { factor: Float64Array; jitter: number; matrix: Float64Array } {
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
  return { factor, jitter, matrix };
}

/** Posterior variance relative to the prior, 1 − kᵀ·K⁻¹·k (Rasmussen and Williams 2006, eq. 2.26). Overwrites `similarity`, k. */
export function posteriorVariance(factor: Float64Array, similarity: Float64Array, n: number): number {
  solveLower(factor, similarity, n);
  return Math.max(0, 1 - dot(similarity, similarity, n));
}

/** Coefficients α = K⁻¹·(y − mean) of one dimension, and the process's variance yᵀ·α/n, its maximum-likelihood estimate. */
export function solveProcess(
  factor: Float64Array,
  centred: Float64Array,
): { coefficients: Float64Array; variance: number } {
  const n = centred.length;
  const coefficients = centred.slice();
  solveCholesky(factor, coefficients, n);
  return { coefficients, variance: Math.max(0, dot(centred, coefficients, n) / n) };
}

/**
 * Removes most of the error that jitter and rounding cause at the points: one step of iterative refinement (Golub and Van
 * Loan 2013, section 3.5.3). Overwrites `coefficients`.
 *
 * @param matrix lower triangle of K, [n, n]
 * @param factor Cholesky factor of K with jitter, [n, n]
 * @param centred targets minus their mean, [n]
 */
export function refine(
  matrix: Float64Array,
  factor: Float64Array,
  centred: Float64Array,
  coefficients: Float64Array,
): void {
  const n = centred.length;
  const residual = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += coefficients[j]! * (j <= i ? matrix[i * n + j]! : matrix[j * n + i]!);
    residual[i] = centred[i]! - sum;
  }
  solveCholesky(factor, residual, n);
  for (let i = 0; i < n; i++) coefficients[i] = coefficients[i]! + residual[i]!;
}

/** Distances between nearest neighbours: their median, and the least. */
function spacings(points: Float64Array, inputs: number, n: number): { typical: number; least: number } {
  const squared = new Float64Array(n);
  const nearest = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    squaredDistances(points, i * inputs, points, n, inputs, squared);
    squared[i] = Infinity;
    nearest[i] = squared.reduce((least, distance) => Math.min(least, distance), Infinity);
  }
  nearest.sort();
  return { typical: Math.sqrt(nearest[Math.floor((n - 1) / 2)]!), least: Math.sqrt(nearest[0]!) };
}

interface Candidate {
  readonly scale: number;
  readonly factor: Float64Array;
  readonly jitter: number;
  /** Terms of the log evidence that do not depend on the targets: determinant and prior. */
  readonly constant: number;
}

/**
 * Chooses length scales for many dimensions over the same points: the candidate with the greatest log marginal likelihood at
 * the optimal process variance, −n/2·log(yᵀK⁻¹y/n) − ½·log|K|, plus a log-normal prior whose median grows with √inputs
 * (Hvarfner et al. 2024, here for inputs of −1..1). Without the prior, two or three examples do not determine a length scale.
 *
 * The evidence alone has two unwanted optima. For two close examples that differ it is a length scale as short as their
 * distance, with a map that is constant elsewhere: candidates therefore start at a share of the median spacing. For unordered
 * examples it is noise, which the jitter provides: without noise, a candidate that interpolates the examples is preferred to
 * any that does not. Where none does, as with two very close examples that differ widely, shorter length scales are tried.
 */
export class LengthScaleChooser {
  private readonly candidates: readonly Candidate[];
  /** Shorter scales, the longest first; factored when they are needed. */
  private readonly shorterScales: number[] = [];
  private readonly shorter: Candidate[] = [];
  private readonly selected: number[];
  private readonly candidate: (scale: number) => Candidate;

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
    const { typical, least } = spacings(points, inputs, n);
    this.candidate = (scale) => {
      checkpoint();
      const { factor, jitter } = factorise(chosen, inputs, chosenWeights, scale, noise, checkpoint);
      const prior = -((Math.log(scale) - median) ** 2) / 6;
      return { scale, factor, jitter, constant: prior - logDeterminant(factor, chosenWeights.length) / 2 };
    };
    const scales = LENGTH_SCALES.filter((scale) => scale >= MIN_SPACINGS * typical);
    this.candidates = scales.map(this.candidate);
    const shortest = MIN_CLOSEST * least;
    // No length scale distinguishes points that coincide.
    for (let scale = scales[0]!; noise === 0 && shortest > 0 && scale > shortest;)
      this.shorterScales.push((scale = Math.max(scale / 1.5, shortest)));
  }

  /** @param centred targets minus their mean, [points] @returns the length scale, in normalised inputs */
  choose(centred: Float64Array): number {
    const n = this.selected.length;
    const targets = Float64Array.from(this.selected, (i) => centred[i]!);
    let best = { scale: LENGTH_SCALES[LENGTH_SCALES.length - 1]!, interpolates: false, evidence: -Infinity };
    for (const candidate of this.candidates) {
      const { interpolates, variance } = this.solve(candidate, targets);
      const evidence = (-n / 2) * Math.log(variance + Number.MIN_VALUE) + candidate.constant;
      if (interpolates === best.interpolates ? evidence > best.evidence : interpolates)
        best = { scale: candidate.scale, interpolates, evidence };
    }
    if (best.interpolates) return best.scale;
    for (let i = 0; i < this.shorterScales.length; i++) {
      const candidate = (this.shorter[i] ??= this.candidate(this.shorterScales[i]!));
      if (this.solve(candidate, targets).interpolates) return candidate.scale;
    }
    return best.scale;
  }

  private solve(
    { factor, jitter }: Candidate,
    targets: Float64Array,
  ): { interpolates: boolean; variance: number } {
    const n = targets.length;
    const { coefficients, variance } = solveProcess(factor, targets);
    // The residual at the examples is the coefficients times the jitter, plus rounding.
    const residual = (jitter + n * Number.EPSILON) * Math.sqrt(dot(coefficients, coefficients, n));
    const tolerance = INTERPOLATION_TOLERANCE * Math.sqrt(dot(targets, targets, n));
    return { interpolates: this.noise > 0 || residual <= tolerance, variance };
  }
}
