import { TillerError } from '../../document/tiller-error.js';
import type { Example } from '../../document/example.js';

/** Examples whose inputs differ by less than this on every axis are at the same point. */
const SAME_POINT = 1e-6;
/** An input whose values span less than this over the examples counts as constant. */
const MIN_RANGE = 1e-5;
/**
 * Least range that an input is normalised by, relative to the widest input's. Examples placed in a row by hand are not exactly
 * in a row: normalised to full scale, their small deviations would determine the mapping beside the row.
 */
const MIN_RANGE_SHARE = 0.25;
/** Latents at one point that differ by more than this contradict each other. */
const SAME_LATENT = 1e-6;

/** Examples at one point with different latents; the regressors are fitted to their weighted mean. */
export interface Contradiction {
  readonly exampleIds: string[];
  /** The latent dimensions that differ. */
  readonly dimensions: number[];
  /** The largest difference, in latent units. */
  readonly spread: number;
}

/** The enabled examples, merged at equal points and normalised, as every kind of regressor is fitted to them. */
export interface Dataset {
  readonly inputCount: number;
  readonly latentCount: number;
  readonly examples: readonly Example[];
  /** [examples], index of each example's point. */
  readonly pointOf: Int32Array;
  /** Number of distinct points. */
  readonly points: number;
  /** [points, inputCount], normalised to within −1..1 and rounded to single precision. */
  readonly inputs: Float64Array;
  /** [points], sum of the weights of a point's examples, scaled to mean 1. */
  readonly weights: Float64Array;
  /** [latentCount][points], weighted mean of a point's examples, in latent units. */
  readonly targets: readonly Float64Array[];
  /** [inputCount], normalised input = (input − centre) · scale; scale 0 for a constant input. */
  readonly centre: number[];
  readonly scale: number[];
  readonly contradictions: Contradiction[];
}

/** @throws TillerError `argument-invalid` where an enabled example has another number of inputs or latents */
export function prepareDataset(all: readonly Example[], inputCount: number, latentCount: number): Dataset {
  const examples = all.filter((example) => example.enabled);
  for (const example of examples) {
    checkLength(example, 'inputs', inputCount);
    checkLength(example, 'latents', latentCount);
  }
  const members: Example[][] = [];
  const pointOf = new Int32Array(examples.length);
  const byKey = new Map<string, number>();
  examples.forEach((example, index) => {
    const key = example.inputs.map((value) => Math.round(value / SAME_POINT)).join();
    const point = byKey.get(key) ?? members.push([]) - 1;
    byKey.set(key, point);
    members[point]!.push(example);
    pointOf[index] = point;
  });

  const { centre, scale } = normalisation(members, inputCount);
  const points = members.length;
  const inputs = new Float64Array(points * inputCount);
  const weights = new Float64Array(points);
  const targets = Array.from({ length: latentCount }, () => new Float64Array(points));
  members.forEach((atPoint, p) => {
    atPoint[0]!.inputs.forEach((value, k) => {
      inputs[p * inputCount + k] = Math.fround((Math.fround(value) - centre[k]!) * scale[k]!);
    });
    const total = atPoint.reduce((sum, example) => sum + example.weight, 0);
    weights[p] = total;
    for (let d = 0; d < latentCount; d++) {
      const sum = atPoint.reduce((part, example) => part + example.weight * example.latents[d]!, 0);
      targets[d]![p] = atPoint.length === 1 ? atPoint[0]!.latents[d]! : sum / total;
    }
  });
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / points;
  for (let p = 0; p < points; p++) weights[p] = Math.fround(weights[p]! / mean);
  return {
    inputCount,
    latentCount,
    examples,
    pointOf,
    points,
    inputs,
    weights,
    targets,
    centre,
    scale,
    contradictions: members.flatMap((atPoint) => contradiction(atPoint, latentCount) ?? []),
  };
}

function checkLength(example: Example, field: 'inputs' | 'latents', expected: number): void {
  const found = example[field].length;
  if (found === expected) return;
  throw new TillerError(
    'argument-invalid',
    `The example “${example.label}” has ${found} ${field} where ${expected} are expected.`,
    'Resize the examples, or disable this one.',
  );
}

/** Normalises each input's range over the examples to −1..1, or to less where it is far narrower than the widest. */
function normalisation(members: Example[][], inputCount: number): { centre: number[]; scale: number[] } {
  const centre: number[] = [];
  const ranges: number[] = [];
  for (let k = 0; k < inputCount; k++) {
    const values = members.map((atPoint) => Math.fround(atPoint[0]!.inputs[k]!));
    const low = values.length === 0 ? 0 : Math.min(...values);
    const high = values.length === 0 ? 1 : Math.max(...values);
    centre.push(Math.fround((low + high) / 2));
    ranges.push(high - low);
  }
  const least = MIN_RANGE_SHARE * Math.max(...ranges);
  const scale = ranges.map((range) => (range < MIN_RANGE ? 0 : Math.fround(2 / Math.max(range, least))));
  return { centre, scale };
}

function contradiction(members: Example[], latentCount: number): Contradiction | undefined {
  const dimensions: number[] = [];
  let spread = 0;
  for (let d = 0; d < latentCount; d++) {
    const values = members.map((example) => example.latents[d]!);
    const width = Math.max(...values) - Math.min(...values);
    if (width <= SAME_LATENT) continue;
    dimensions.push(d);
    spread = Math.max(spread, width);
  }
  if (dimensions.length === 0) return undefined;
  return { exampleIds: members.map((example) => example.id), dimensions, spread };
}

/** Weighted mean and standard deviation (`spread`) of one dimension's targets. */
export function statistics(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
): { mean: number; spread: number } {
  let total = 0;
  let mean = 0;
  for (let i = 0; i < values.length; i++) {
    total += weights[i]!;
    mean += (weights[i]! / total) * (values[i]! - mean);
  }
  let square = 0;
  for (let i = 0; i < values.length; i++) square += (weights[i]! / total) * (values[i]! - mean) ** 2;
  return { mean, spread: Math.sqrt(square) };
}
