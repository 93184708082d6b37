import { squaredDistances } from './gp.js';
import { NetworkBatch } from './network-batch.js';
import { layerWidths } from '../../document/regressor-sizes.js';
import { unpack } from '../../document/packing.js';
import type { Part } from './parts.js';
import { NeighboursPart, PolynomialPart, ProcessPart } from './parts.js';
import { polynomialTerms } from './polynomial.js';
import type { TrainedDimension, TrainedMapping } from '../../document/trained.js';

/** How far beyond the examples' latents a regressor may go, as a share of their range. */
export const OVERSHOOT = 0.25;

type Values = Float32Array | Float64Array;

/** A trained mapping, compiled for evaluation. Calls do not allocate, except the first of `deviation`. One thread only. */
export interface Mapping {
  readonly inputs: number;
  readonly latents: number;
  /**
   * Evaluates every dimension's regressor.
   * @param inputs [inputs], 0..1; values outside are clamped, NaN is replaced by 0.5
   * @param out [latents], finite, except NaN for a dimension without a regressor. A value beyond the range of the examples'
   * latents is compressed smoothly: it exceeds the range by at most a quarter of its width ({@link OVERSHOOT}), whatever the
   * regressor, so that the sound cannot become loud far from the examples.
   */
  evaluate(inputs: Values, out: Values): void;
  /**
   * Computes the posterior standard deviation of each dimension. The first call takes points³ operations: not for the
   * streaming loop.
   * @param out [latents], in latent units; NaN for kinds other than Gaussian processes
   */
  deviation(inputs: Values, out: Values): void;
}

/** Compiles a mapping that `trainedMappingSchema` has validated. */
export function compileMapping(trained: TrainedMapping): Mapping {
  return new CompiledMapping(trained);
}

class CompiledMapping implements Mapping {
  readonly inputs: number;
  readonly latents: number;
  private readonly centre: Float64Array;
  private readonly scale: Float64Array;
  private readonly normalised: Float64Array;
  private readonly points: Float64Array;
  private readonly squared: Float64Array;
  private readonly values: Float64Array;
  private readonly low: Float64Array;
  private readonly high: Float64Array;
  private readonly parts: readonly Part[];
  private readonly processes: readonly ProcessPart[];

  constructor(trained: TrainedMapping) {
    const { dimensions, points } = trained;
    this.inputs = trained.inputs;
    this.latents = dimensions.length;
    this.centre = Float64Array.from(trained.centre);
    this.scale = Float64Array.from(trained.scale);
    this.normalised = new Float64Array(this.inputs);
    this.points = points === null ? new Float64Array(0) : unpack(points.inputs, 'float32');
    this.squared = new Float64Array(points?.count ?? 0);
    this.values = new Float64Array(this.latents).fill(NaN);
    this.low = new Float64Array(this.latents).fill(-Infinity);
    this.high = new Float64Array(this.latents).fill(Infinity);
    dimensions.forEach((dimension, d) => {
      if (dimension.kind === 'constant') this.values[d] = dimension.value;
      if ('range' in dimension) [this.low[d], this.high[d]] = dimension.range;
    });
    const weights = points === null ? new Float64Array(0) : unpack(points.weights, 'float32');
    this.processes = processParts(trained, this.points, weights);
    this.parts = [
      ...networkParts(trained),
      ...polynomialParts(trained),
      ...neighbourParts(trained, weights),
      ...this.processes,
    ];
  }

  evaluate(inputs: Values, out: Values): void {
    this.normalise(inputs);
    const { parts, values, low, high } = this;
    for (let p = 0; p < parts.length; p++) parts[p]!.evaluate(this.normalised, this.squared, values);
    for (let d = 0; d < values.length; d++) {
      const value = values[d]!;
      const floor = low[d]!;
      const ceiling = high[d]!;
      if (value > ceiling) out[d] = ceiling + compress(value - ceiling, ceiling - floor);
      else if (value < floor) out[d] = floor - compress(floor - value, ceiling - floor);
      else out[d] = value;
    }
  }

  deviation(inputs: Values, out: Values): void {
    this.normalise(inputs);
    out.fill(NaN, 0, this.latents);
    for (const process of this.processes) process.deviation(this.squared, out);
  }

  private normalise(inputs: Values): void {
    const { centre, scale, normalised } = this;
    for (let k = 0; k < normalised.length; k++) {
      const raw = inputs[k]!;
      const input = raw >= 0 ? Math.min(1, raw) : raw < 0 ? 0 : 0.5;
      normalised[k] = Math.fround((Math.fround(input) - centre[k]!) * scale[k]!);
    }
    if (this.squared.length === 0) return;
    squaredDistances(normalised, 0, this.points, this.squared.length, this.inputs, this.squared);
  }
}

/** Soft limit of an overshoot: slope 1 at 0, asymptote {@link OVERSHOOT} · `range`, also for an infinite `excess`. */
function compress(excess: number, range: number): number {
  const most = OVERSHOOT * range;
  return excess === 0 || most === 0 ? 0 : most / (1 + most / excess);
}

type Kind = TrainedDimension['kind'];
type Of<K extends Kind> = Extract<TrainedDimension, { kind: K }>;
interface Indexed<K extends Kind> {
  readonly index: number;
  readonly dimension: Of<K>;
}

/** The dimensions of one kind, grouped by `key`. */
function groups<K extends Kind>(
  trained: TrainedMapping,
  kind: K,
  key: (dimension: Of<K>) => unknown[],
): [Indexed<K>, ...Indexed<K>[]][] {
  const found = new Map<string, [Indexed<K>, ...Indexed<K>[]]>();
  const isKind = (dimension: TrainedDimension): dimension is Of<K> => dimension.kind === kind;
  trained.dimensions.forEach((dimension, index) => {
    if (!isKind(dimension)) return;
    const name = JSON.stringify(key(dimension));
    const group = found.get(name);
    if (group === undefined) found.set(name, [{ index, dimension }]);
    else group.push({ index, dimension });
  });
  return [...found.values()];
}

function networkParts(trained: TrainedMapping): NetworkBatch[] {
  return groups(trained, 'mlp', ({ hidden, activation }) => [hidden, activation]).map((group) => {
    const { hidden, activation } = group[0].dimension;
    const networks = group.map(({ index, dimension }) => ({
      index,
      values: unpack(dimension.weights, 'float32'),
    }));
    return new NetworkBatch(networks, layerWidths(trained.inputs, hidden), activation);
  });
}

function polynomialParts(trained: TrainedMapping): PolynomialPart[] {
  type Member = Indexed<'linear'> | Indexed<'polynomial'>;
  const part = (degree: number, crossDegree: number, group: readonly Member[]) =>
    new PolynomialPart(
      polynomialTerms(trained.inputs, degree, crossDegree),
      group.map(({ index, dimension }) => ({ index, values: unpack(dimension.weights, 'float32') })),
    );
  return [
    ...groups(trained, 'linear', () => []).map((group) => part(1, 1, group)),
    ...groups(trained, 'polynomial', ({ degree, crossDegree }) => [degree, crossDegree]).map((group) =>
      part(group[0].dimension.degree, group[0].dimension.crossDegree, group),
    ),
  ];
}

function neighbourParts(trained: TrainedMapping, pointWeights: Float64Array): NeighboursPart[] {
  return groups(trained, 'knn', ({ k, falloff }) => [k, falloff]).map((group) => {
    const { k, falloff } = group[0].dimension;
    const placed = group.map(({ index, dimension }) => ({
      index,
      values: unpack(dimension.values, 'float32'),
    }));
    return new NeighboursPart(pointWeights, k, falloff, placed);
  });
}

function processParts(
  trained: TrainedMapping,
  points: Float64Array,
  pointWeights: Float64Array,
): ProcessPart[] {
  return groups(trained, 'gp', ({ lengthScale, noise }) => [lengthScale, noise]).map((group) => {
    const { lengthScale, noise } = group[0].dimension;
    const placed = group.map(({ index, dimension }) => ({
      index,
      values: unpack(dimension.coefficients, 'float64'),
      mean: dimension.mean,
      deviation: dimension.deviation,
    }));
    return new ProcessPart(points, trained.inputs, pointWeights, lengthScale, noise, placed);
  });
}
