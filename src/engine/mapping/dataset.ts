import { TillerError } from '../../document/tiller-error.js';
import type { Example } from '../../document/example.js';

/** Inputs closer than this on every axis are the same place. */
const SAME_PLACE = 1e-6;
/** An input that moves less than this among the examples counts as constant. */
const LEAST_TRAVEL = 1e-5;
/**
 * An input counts as having moved at least this share of the one that moved most: a row of examples set by hand wavers,
 * and stretched to full travel the wavering would rule the pad above and below the row.
 */
const NARROWEST = 0.25;
/** Latents that differ by more than this at one place contradict each other. */
const SAME_LATENT = 1e-6;

/** Examples at one place that disagree; the regressor aims at their weighted mean there. */
export interface Contradiction {
  readonly exampleIds: string[];
  /** The latent dimensions they disagree on. */
  readonly dimensions: number[];
  /** The widest disagreement, in latent units. */
  readonly spread: number;
}

/** The enabled examples, merged by place and normalised: what every kind of regressor learns from. */
export interface Dataset {
  readonly inputCount: number;
  readonly latentCount: number;
  readonly examples: readonly Example[];
  /** Per example, its point. */
  readonly pointOf: Int32Array;
  /** Distinct places. */
  readonly points: number;
  /** [points, inputCount], normalised to within −1..1 and rounded to single precision. */
  readonly inputs: Float64Array;
  /** [points], the sum of the weights of the examples there, scaled to mean 1. */
  readonly weights: Float64Array;
  /** [latentCount][points], in latent units: weighted means of the examples there. */
  readonly targets: readonly Float64Array[];
  readonly centre: number[];
  readonly scale: number[];
  readonly contradictions: Contradiction[];
}

/** Throws TillerError `argument-invalid` when an enabled example has the wrong number of inputs or latents. */
export function prepareDataset(all: readonly Example[], inputCount: number, latentCount: number): Dataset {
  const examples = all.filter((example) => example.enabled);
  for (const example of examples) {
    checkLength(example, 'inputs', inputCount);
    checkLength(example, 'latents', latentCount);
  }
  const places: Example[][] = [];
  const pointOf = new Int32Array(examples.length);
  const byKey = new Map<string, number>();
  examples.forEach((example, index) => {
    const key = example.inputs.map((value) => Math.round(value / SAME_PLACE)).join();
    const point = byKey.get(key) ?? places.push([]) - 1;
    byKey.set(key, point);
    places[point]!.push(example);
    pointOf[index] = point;
  });

  const { centre, scale } = normalisation(places, inputCount);
  const points = places.length;
  const inputs = new Float64Array(points * inputCount);
  const weights = new Float64Array(points);
  const targets = Array.from({ length: latentCount }, () => new Float64Array(points));
  places.forEach((members, p) => {
    members[0]!.inputs.forEach((value, k) => {
      inputs[p * inputCount + k] = Math.fround((Math.fround(value) - centre[k]!) * scale[k]!);
    });
    const total = members.reduce((sum, example) => sum + example.weight, 0);
    weights[p] = total;
    for (let d = 0; d < latentCount; d++) {
      const sum = members.reduce((part, example) => part + example.weight * example.latents[d]!, 0);
      targets[d]![p] = members.length === 1 ? members[0]!.latents[d]! : sum / total;
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
    contradictions: places.flatMap((members) => contradiction(members, latentCount) ?? []),
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

/** Takes the examples' travel on each input to −1..1, or to less where it is far narrower than the widest. */
function normalisation(places: Example[][], inputCount: number): { centre: number[]; scale: number[] } {
  const centre: number[] = [];
  const travels: number[] = [];
  for (let k = 0; k < inputCount; k++) {
    const values = places.map((members) => Math.fround(members[0]!.inputs[k]!));
    const low = values.length === 0 ? 0 : Math.min(...values);
    const high = values.length === 0 ? 1 : Math.max(...values);
    centre.push(Math.fround((low + high) / 2));
    travels.push(high - low);
  }
  const least = NARROWEST * Math.max(...travels);
  const scale = travels.map((travel) =>
    travel < LEAST_TRAVEL ? 0 : Math.fround(2 / Math.max(travel, least)),
  );
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

/** Weighted mean and spread (standard deviation) of one dimension's targets. */
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
