import type { Activation } from './activation.js';
import { cholesky, dot, rowProducts, solveCholesky } from './linear-algebra.js';
import { Network } from './network.js';
import { Random } from './random.js';

export interface MlpOptions {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly weightDecay: number;
  readonly seed: number;
}

const MAX_ITERATIONS = 200;
const MAX_STARTS = 3;
/** A fit to more points than MANY_POINTS whose budget allows fewer iterations than this starts from a fit to half of the points. */
const FEW_ITERATIONS = 30;
const MANY_POINTS = 512;
/** Iterations that a fit gets whatever its budget: from random weights, and from the fit to half of the points. */
const MIN_ITERATIONS = 15;
const MIN_REFINEMENTS = 2;
/** Share of the budget for trying several starts; the rest is for the best one. */
const TRIALS_SHARE = 2 / 3;
/** RMS error, in standard deviations of the targets, below which the objective is dominated by the weight decay. */
const GOOD_FIT = 0.006;
/** RMS error above which a fit is repeated from other starting weights. */
const POOR_FIT = 0.02;
/** A good fit ends when an iteration reduces the objective by less than this share. */
const CONVERGED_GAIN = 0.03;
/** A trial ends below this share: most poor local minima are reached early. */
const TRIAL_GAIN = 1e-3;
/** The best start is refined until this share. */
const MIN_GAIN = 1e-5;
const FIRST_DAMPING = 0.1;
/** Factors by which the damping grows after a rejected step and shrinks after an accepted one. */
const REJECTED = 5;
const ACCEPTED = 3;
const MIN_DAMPING = 1e-12;
const MAX_DAMPING = 1e10;

/**
 * Fits networks with one output to common points by the Levenberg-Marquardt method (Marquardt 1963) on
 * E(θ) = ½ Σ wᵢ (f(xᵢ) − yᵢ)² + ½ decay·|θ|². Each step solves (AᵀA + c·I)·s = −∇E with A = √W·J and
 * c = decay + damping, in the smaller of two spaces: parameters or, by the Woodbury identity, points.
 * Where the budget allows few iterations, a fit starts from the fit to every other point, recursively.
 * Memory is allocated once and used for every network of the same topology.
 */
export class MlpFitter {
  private readonly network: Network;
  private readonly theta: Float64Array;
  private readonly candidate: Float64Array;
  private readonly step: Float64Array;
  private readonly residual: Float64Array;
  private readonly scaled: Float64Array;
  private readonly tangent: Float64Array;
  private readonly rootWeights: Float64Array;
  private readonly system: Float64Array;
  private readonly factor: Float64Array;
  private readonly jacobian: Float64Array | undefined;
  /** Multiply-adds for building a step's system, and for solving it and evaluating the step. */
  private readonly systemCost: number;
  private readonly stepCost: number;
  /** Multiply-adds of the present fit so far. */
  private spent = 0;
  /** Fits every other point; undefined where the fit starts with all points. */
  private readonly coarse: MlpFitter | undefined;

  /**
   * @param inputs normalised points, [points, inputCount]
   * @param weights one per point, mean 1
   * @param budget multiply-adds per fit, exceeded only by the minimum iterations; counted instead of timed, so that the result
   * is the same on every machine
   */
  constructor(
    inputs: Float64Array,
    private readonly weights: Float64Array,
    inputCount: number,
    private readonly options: MlpOptions,
    private readonly budget = Infinity,
  ) {
    const points = weights.length;
    this.network = new Network(inputs, points, inputCount, options.hidden, options.activation);
    const { parameters } = this.network;
    const size = Math.min(points, parameters);
    this.theta = new Float64Array(parameters);
    this.candidate = new Float64Array(parameters);
    this.step = new Float64Array(parameters);
    this.residual = new Float64Array(points);
    this.scaled = new Float64Array(points);
    this.tangent = new Float64Array(points);
    this.rootWeights = weights.map(Math.sqrt);
    this.system = new Float64Array(size * size);
    this.factor = new Float64Array(size * size);
    this.jacobian = parameters < points ? new Float64Array(points * parameters) : undefined;
    const units = options.hidden.reduce((sum, width) => sum + width, 0);
    const pairs = parameters < points ? (points * parameters ** 2) / 2 : points ** 2 * units;
    this.systemCost = points * parameters + pairs;
    this.stepCost = 2 * points * parameters + size ** 3 / 6;
    if (points < MANY_POINTS || FEW_ITERATIONS * (this.systemCost + this.stepCost) <= budget) return;
    const [half, halfWeights] = [everyOther(inputs, inputCount), everyOther(weights, 1)];
    this.coarse = new MlpFitter(half, halfWeights, inputCount, options, budget / 2);
  }

  /**
   * Fits one network. @returns its parameters, in the layout of {@link Network}
   *
   * @param targets [points], normalised to mean 0 and standard deviation 1
   * @param stream selects the starting weights, so that networks with one seed differ
   * @param checkpoint called between iterations and during long ones; may throw to cancel the fit
   */
  fit(targets: Float64Array, stream: number, checkpoint: () => void): Float64Array {
    const { coarse, theta, options } = this;
    const half = coarse?.fit(everyOther(targets, 1), stream, checkpoint);
    this.spent = coarse?.spent ?? 0;
    const least = half === undefined ? MIN_ITERATIONS : MIN_REFINEMENTS;
    const limit = Math.max(this.budget, this.spent + least * (this.systemCost + this.stepCost));
    const trials = TRIALS_SHARE * limit;
    const best = theta.slice();
    let bestError = Infinity;
    for (let start = 0; start < MAX_STARTS; start++) {
      if (start > 0 && (bestError <= POOR_FIT || this.spent >= trials)) break;
      if (start === 0 && half !== undefined) {
        theta.set(half);
        this.descend(targets, MIN_GAIN, limit, checkpoint);
      } else {
        this.randomise(new Random(options.seed, stream * MAX_STARTS + start));
        this.descend(targets, TRIAL_GAIN, trials, checkpoint);
      }
      const error = this.error();
      if (error >= bestError) continue;
      bestError = error;
      best.set(theta);
    }
    theta.set(best);
    this.descend(targets, MIN_GAIN, limit, checkpoint);
    return theta.slice();
  }

  /** Normal weights, small so that the initial function is smooth; random biases distribute the units over the examples. */
  private randomise(random: Random): void {
    const { widths } = this.network;
    let at = 0;
    for (let l = 1; l < widths.length; l++) {
      const before = widths[l - 1]!;
      const last = l === widths.length - 1;
      const deviation = 0.5 / Math.sqrt(before);
      for (let i = 0; i < widths[l]! * before; i++) this.theta[at++] = deviation * random.normal();
      for (let i = 0; i < widths[l]!; i++) this.theta[at++] = last ? 0 : 0.5 * random.normal();
    }
  }

  /** @param limit multiply-adds after which no iteration starts */
  private descend(targets: Float64Array, leastGain: number, limit: number, checkpoint: () => void): void {
    const { theta, candidate, network } = this;
    let damping = FIRST_DAMPING;
    let objective = this.objective(theta, targets);
    for (let iteration = 0; iteration < MAX_ITERATIONS && this.spent < limit; iteration++) {
      checkpoint();
      this.spent += this.systemCost;
      network.backward(theta);
      this.linearise();
      let rejected = 0;
      let gain = 0;
      for (; damping < MAX_DAMPING; rejected++, damping *= REJECTED) {
        this.spent += this.stepCost;
        if (!this.solve(damping, checkpoint)) continue;
        for (let i = 0; i < theta.length; i++) candidate[i] = theta[i]! + this.step[i]!;
        const next = this.objective(candidate, targets);
        if (next < objective) {
          gain = (objective - next) / objective;
          objective = next;
          theta.set(candidate);
          if (rejected === 0) damping = Math.max(damping / ACCEPTED, MIN_DAMPING);
          break;
        }
        network.forward(theta);
        this.computeResiduals(targets);
      }
      const sufficient = this.error() < GOOD_FIT ? CONVERGED_GAIN : leastGain;
      if (gain < sufficient) return;
    }
  }

  private computeResiduals(targets: Float64Array): void {
    for (let i = 0; i < targets.length; i++) this.residual[i] = this.network.output[i]! - targets[i]!;
  }

  private objective(theta: Float64Array, targets: Float64Array): number {
    this.network.forward(theta);
    this.computeResiduals(targets);
    let sum = this.options.weightDecay * dot(theta, theta, theta.length);
    for (let i = 0; i < targets.length; i++) sum += this.weights[i]! * this.residual[i]! ** 2;
    return sum / 2;
  }

  /** Weighted RMS of the latest residuals. */
  private error(): number {
    let sum = 0;
    for (let i = 0; i < this.residual.length; i++) sum += this.weights[i]! * this.residual[i]! ** 2;
    return Math.sqrt(sum / this.residual.length);
  }

  /** Builds the part of the step's system that does not depend on the damping. */
  private linearise(): void {
    const { network, rootWeights, system, jacobian } = this;
    if (jacobian === undefined) {
      network.gram(system, rootWeights);
      network.tangent(this.tangent);
      return;
    }
    network.jacobian(jacobian, rootWeights);
    rowProducts(system, jacobian, network.parameters, network.points);
  }

  private solve(damping: number, checkpoint: () => void): boolean {
    const { network, theta, step, scaled, rootWeights, residual, options } = this;
    const { points, parameters } = network;
    const decay = options.weightDecay;
    const ridge = decay + damping;
    if (this.jacobian !== undefined) {
      if (!cholesky(this.system, this.factor, parameters, ridge, checkpoint)) return false;
      for (let i = 0; i < points; i++) scaled[i] = this.weights[i]! * residual[i]!;
      network.transposed(scaled, step);
      for (let i = 0; i < parameters; i++) step[i] = -step[i]! - decay * theta[i]!;
      solveCholesky(this.factor, step, parameters);
      return true;
    }
    if (!cholesky(this.system, this.factor, points, ridge, checkpoint)) return false;
    const shrink = decay / ridge;
    for (let i = 0; i < points; i++) scaled[i] = rootWeights[i]! * (residual[i]! - shrink * this.tangent[i]!);
    solveCholesky(this.factor, scaled, points);
    for (let i = 0; i < points; i++) scaled[i] = -scaled[i]! * rootWeights[i]!;
    network.transposed(scaled, step);
    for (let i = 0; i < parameters; i++) step[i] = step[i]! - shrink * theta[i]!;
    return true;
  }
}

/** Rows 0, 2, 4 … of `values`, [rows, width]. */
function everyOther(values: Float64Array, width: number): Float64Array {
  const rows = values.length / width;
  const kept = new Float64Array(Math.ceil(rows / 2) * width);
  for (let i = 0; i < rows; i += 2) kept.set(values.subarray(i * width, (i + 1) * width), (i / 2) * width);
  return kept;
}
