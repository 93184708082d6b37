import { unpack, type Precision } from '../../document/packing.js';
import { layerWidths } from '../../document/regressor-sizes.js';
import type { TrainedDimension, TrainedMapping } from '../../document/trained.js';
import { layOutNetworks, type NetworksLayout } from './network-batch.js';
import type { NeighboursLayout, PolynomialsLayout, ProcessesLayout } from './regressor-batches.js';
import { polynomialTerms } from './polynomial.js';
import { sharedCopy } from './shared-numbers.js';

/**
 * A trained mapping in the order in which it is evaluated. Plain data in shared memory: the main thread lays a mapping out, which
 * takes milliseconds, and the streaming thread only opens it (`openMapping`). Never changed.
 */
export interface MappingLayout {
  readonly inputs: number;
  readonly latents: number;
  /** [inputs] each: an input is normalised by subtracting `centre` and multiplying by `scale`. */
  readonly centre: Float64Array;
  readonly scale: Float64Array;
  /** [points, inputs], normalised; empty where no regressor needs the examples. */
  readonly points: Float64Array;
  /** [latents]: the value of a constant dimension, NaN for others. */
  readonly constants: Float64Array;
  /** [latents] each: the range of the examples' latents; infinite where there is none. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly networks: readonly NetworksLayout[];
  readonly polynomials: readonly PolynomialsLayout[];
  readonly neighbours: readonly NeighboursLayout[];
  readonly processes: readonly ProcessesLayout[];
}

/** Lays out a mapping that `trainedMappingSchema` has validated. */
export function layOutMapping(trained: TrainedMapping): MappingLayout {
  const { dimensions, points } = trained;
  const latents = dimensions.length;
  const constants = new Float64Array(latents).fill(NaN);
  const low = new Float64Array(latents).fill(-Infinity);
  const high = new Float64Array(latents).fill(Infinity);
  dimensions.forEach((dimension, d) => {
    if (dimension.kind === 'constant') constants[d] = dimension.value;
    if ('range' in dimension) [low[d], high[d]] = dimension.range;
  });
  const places = points === null ? new Float64Array(0) : numbers(points.inputs, 'float32');
  const weights = points === null ? new Float64Array(0) : numbers(points.weights, 'float32');
  return {
    inputs: trained.inputs,
    latents,
    centre: Float64Array.from(trained.centre),
    scale: Float64Array.from(trained.scale),
    points: places,
    constants,
    low,
    high,
    networks: networks(trained),
    polynomials: polynomials(trained),
    neighbours: groups(trained, 'knn', ({ k, falloff }) => [k, falloff]).map((group) => ({
      pointWeights: weights,
      k: group[0].dimension.k,
      falloff: group[0].dimension.falloff,
      dimensions: group.map(({ index, dimension }) => ({
        index,
        values: numbers(dimension.values, 'float32'),
      })),
    })),
    processes: groups(trained, 'gp', ({ lengthScale, noise }) => [lengthScale, noise]).map((group) => ({
      points: places,
      inputs: trained.inputs,
      pointWeights: weights,
      lengthScale: group[0].dimension.lengthScale,
      noise: group[0].dimension.noise,
      dimensions: group.map(({ index, dimension }) => ({
        index,
        values: numbers(dimension.coefficients, 'float64'),
        mean: dimension.mean,
        deviation: dimension.deviation,
      })),
    })),
  };
}

/** Packed numbers in shared memory. */
const numbers = (text: string, precision: Precision): Float64Array => sharedCopy(unpack(text, precision));

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

function networks(trained: TrainedMapping): NetworksLayout[] {
  return groups(trained, 'mlp', ({ hidden, activation }) => [hidden, activation]).map((group) => {
    const { hidden, activation } = group[0].dimension;
    const placed = group.map(({ index, dimension }) => ({
      index,
      values: unpack(dimension.weights, 'float32'),
    }));
    return layOutNetworks(placed, layerWidths(trained.inputs, hidden), activation);
  });
}

function polynomials(trained: TrainedMapping): PolynomialsLayout[] {
  type Member = Indexed<'linear'> | Indexed<'polynomial'>;
  const part = (degree: number, crossDegree: number, group: readonly Member[]) => ({
    terms: polynomialTerms(trained.inputs, degree, crossDegree),
    dimensions: group.map(({ index, dimension }) => ({
      index,
      values: numbers(dimension.weights, 'float32'),
    })),
  });
  return [
    ...groups(trained, 'linear', () => []).map((group) => part(1, 1, group)),
    ...groups(trained, 'polynomial', ({ degree, crossDegree }) => [degree, crossDegree]).map((group) =>
      part(group[0].dimension.degree, group[0].dimension.crossDegree, group),
    ),
  ];
}
