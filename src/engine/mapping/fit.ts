import type { Dataset } from './dataset.js';
import { statistics } from './dataset.js';
import { factorise, LengthScaleChooser, refine, solveProcess } from './gp.js';
import { MlpFitter } from './mlp-fit.js';
import { pack } from '../../document/packing.js';
import { affordableCrossDegree, fillTerms, polynomialTerms, termScales } from './polynomial.js';
import { RidgeSolver } from './ridge.js';
import type { RegressorSettings } from '../../document/learning.js';
import type { TrainedDimension } from '../../document/trained.js';

type Settings<Kind extends RegressorSettings['kind']> = Extract<RegressorSettings, { kind: Kind }>;

/** Fits the dimensions of one group. Their targets must not be constant. */
export interface GroupFit {
  /** The dimensions, in the order that takes least time. */
  readonly order: readonly number[];
  readonly fit: (dimension: number) => TrainedDimension;
}

/**
 * Prepares the fit of dimensions with the same settings: their common part is computed once. `errorRelative` of the results
 * is 0 until the mapping is evaluated.
 *
 * @param members indices of the dimensions
 *
 * @param checkpoint called between steps; may throw to cancel the fit
 */
export function fitGroup(
  settings: RegressorSettings,
  dataset: Dataset,
  members: readonly number[],
  checkpoint: () => void,
): GroupFit {
  switch (settings.kind) {
    case 'mlp':
      return { order: members, fit: fitNetworks(settings, dataset, checkpoint) };
    case 'gp':
      return fitProcesses(settings, dataset, members, checkpoint);
    case 'linear':
    case 'polynomial':
      return { order: members, fit: fitPolynomials(settings, dataset) };
    case 'knn':
      return { order: members, fit: fitNeighbours(settings, dataset) };
  }
}

/** Fields of every fitted dimension: the range over all enabled examples, contradicting ones included. */
function learned(dataset: Dataset, dimension: number): { range: [number, number]; errorRelative: number } {
  const latents = dataset.examples.map((example) => example.latents[dimension]!);
  return { range: [Math.min(...latents), Math.max(...latents)], errorRelative: 0 };
}

/** Budgets in multiply-adds: of all networks of a mapping (about ten seconds), and of one network. */
const NETWORKS_BUDGET = 2 ** 34;
const NETWORK_BUDGET = 2 ** 31;

function fitNeighbours({ k, falloff }: Settings<'knn'>, dataset: Dataset): GroupFit['fit'] {
  return (dimension) => ({
    kind: 'knn',
    k,
    falloff,
    values: pack(dataset.targets[dimension]!, 'float32'),
    ...learned(dataset, dimension),
  });
}

function fitNetworks(settings: Settings<'mlp'>, dataset: Dataset, checkpoint: () => void): GroupFit['fit'] {
  const { hidden, activation } = settings;
  const { inputs, weights, inputCount, latentCount } = dataset;
  // An equal share per latent, whatever the other latents' kinds: a latent's fit does not depend on the others.
  const budget = Math.min(NETWORK_BUDGET, NETWORKS_BUDGET / latentCount);
  const fitter = new MlpFitter(inputs, weights, inputCount, settings, budget);
  return (dimension) => {
    const targets = dataset.targets[dimension]!;
    const { mean, spread } = statistics(targets, dataset.weights);
    const theta = fitter.fit(
      targets.map((target) => (target - mean) / spread),
      dimension,
      checkpoint,
    );
    // Scales the output layer, so that the network's output is in latent units.
    const last = hidden[hidden.length - 1]! + 1;
    for (let i = theta.length - last; i < theta.length; i++) theta[i] = theta[i]! * spread;
    theta[theta.length - 1] = theta[theta.length - 1]! + mean;
    return {
      kind: 'mlp',
      hidden,
      activation,
      weights: pack(theta, 'float32'),
      ...learned(dataset, dimension),
    };
  };
}

function fitPolynomials(settings: Settings<'linear' | 'polynomial'>, dataset: Dataset): GroupFit['fit'] {
  const { inputCount, points, inputs } = dataset;
  const degree = settings.kind === 'linear' ? 1 : settings.degree;
  const crossed = settings.kind === 'polynomial' && settings.crossTerms;
  const crossDegree = crossed ? affordableCrossDegree(inputCount, degree) : 1;
  const terms = polynomialTerms(inputCount, degree, crossDegree);
  const features = new Float64Array(points * terms.count);
  for (let i = 0; i < points; i++) fillTerms(terms, inputs, i * inputCount, features, i * terms.count);
  const scales = termScales(terms);
  for (let at = 0; at < features.length; at++) features[at] = features[at]! * scales[at % terms.count]!;
  const solver = new RidgeSolver(features, terms.count, dataset.weights, settings.ridge);
  return (dimension) => {
    const solution = solver.solve(dataset.targets[dimension]!);
    for (let t = 0; t < terms.count; t++) solution[t] = solution[t]! * scales[t]!;
    const weights = pack(solution, 'float32');
    return settings.kind === 'linear'
      ? { kind: 'linear', weights, ...learned(dataset, dimension) }
      : { kind: 'polynomial', degree, crossDegree, weights, ...learned(dataset, dimension) };
  };
}

function fitProcesses(
  settings: Settings<'gp'>,
  dataset: Dataset,
  members: readonly number[],
  checkpoint: () => void,
): GroupFit {
  const { inputs, inputCount, weights } = dataset;
  const { noise, lengthScale: wanted } = settings;
  const moving = dataset.scale.filter((scale) => scale > 0).length;
  const chooser =
    wanted === 'auto'
      ? new LengthScaleChooser(inputs, inputCount, moving, weights, noise, checkpoint)
      : { choose: () => wanted };
  const processes = new Map(
    members.map((dimension) => {
      checkpoint();
      const targets = dataset.targets[dimension]!;
      const { mean } = statistics(targets, weights);
      const centred = targets.map((target) => target - mean);
      return [dimension, { mean, centred, lengthScale: chooser.choose(centred) }];
    }),
  );
  let factored: Pick<ReturnType<typeof factorise>, 'factor' | 'matrix'> = {
    factor: new Float64Array(0),
    matrix: new Float64Array(0),
  };
  let factorScale = NaN;
  return {
    // In order of length scale: one factor is kept at a time, and dimensions with the same scale share it.
    order: members.toSorted((a, b) => processes.get(a)!.lengthScale - processes.get(b)!.lengthScale),
    fit: (dimension) => {
      const { mean, centred, lengthScale } = processes.get(dimension)!;
      if (lengthScale !== factorScale) {
        factored = factorise(inputs, inputCount, weights, lengthScale, noise, checkpoint);
        factorScale = lengthScale;
      }
      const { coefficients, variance } = solveProcess(factored.factor, centred);
      refine(factored.matrix, factored.factor, centred, coefficients);
      return {
        kind: 'gp',
        lengthScale,
        noise,
        mean,
        deviation: Math.sqrt(variance),
        coefficients: pack(coefficients, 'float64'),
        ...learned(dataset, dimension),
      };
    },
  };
}
