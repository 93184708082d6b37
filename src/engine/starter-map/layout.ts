import { principalDirections } from '../map/principal.js';
import { TIMBRE_SIZE } from '../descriptors/descriptors.js';
import { rankCorrelation } from './rank-correlation.js';
import type { Sound } from './survey.js';

/** What the pad's vertical axis means; the horizontal one is brightness but for `likeness`, where neighbours sound alike. */
export const LAYOUTS = ['loudness', 'noisiness', 'likeness'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Places keep this far from the pad's edges, as a share of it. */
const MARGIN = 0.08;

/** Names of the two axes, low to high. */
export const AXIS_NAMES: Record<Layout, readonly [string, string]> = {
  loudness: ['Dark to bright', 'Soft to loud'],
  noisiness: ['Dark to bright', 'Tonal to noisy'],
  likeness: ['Likeness 1', 'Likeness 2'],
};

/**
 * A place on the pad for each sound, [x, y] in 0..1. Along each axis they stand in the order of what it means, at equal
 * distances, so that no two share a row or a column and labels do not cover each other.
 */
export function placesFor(sounds: readonly Sound[], layout: Layout): [number, number][] {
  const [x, y] = axisValues(sounds, layout) ?? embedded(sounds);
  const across = spacedRanks(x);
  const up = spacedRanks(y);
  return sounds.map((_, i) => [across[i] ?? 0.5, up[i] ?? 0.5]);
}

/** What each sound has along x and y; null where the axes have no meaning of their own. */
export function axisValues(sounds: readonly Sound[], layout: Layout): [number[], number[]] | null {
  if (layout === 'likeness') return null;
  return [
    sounds.map((sound) => Math.log2(Math.max(1, sound.brightnessHz))),
    sounds.map((sound) => (layout === 'loudness' ? sound.loudnessLufs : sound.noisiness)),
  ];
}

/** How well a map follows its axes: Spearman's rank correlation of [x, y] with what they mean, −1..1. */
export type AxisOrder = readonly [number, number];

/** @param places of the sounds on the pad, [x, y] in 0..1 @returns 0 along axes without a meaning of their own */
export function orderAlong(
  places: readonly (readonly [number, number])[],
  sounds: readonly Sound[],
  layout: Layout,
): AxisOrder {
  const values = axisValues(sounds, layout) ?? [[], []];
  const along = (axis: 0 | 1) =>
    rankCorrelation(
      places.map((place) => place[axis]),
      values[axis],
    );
  return [along(0), along(1)];
}

/** Order below which an axis does not keep to its name everywhere. */
const LEAST_ORDER = 0.8;

/** What a player should know of the axes of a map: one sentence for each that is followed only in part. */
export function axisNotes(layout: Layout, order: AxisOrder | null): string[] {
  return AXIS_NAMES[layout].flatMap((name, axis) => {
    const found = order?.[axis] ?? 1;
    if (found >= LEAST_ORDER) return [];
    return `“${name}” holds only in part on this map: the sounds of the model differ too little in it (agreement ${found.toFixed(2)}; 1 is exact). Another layout may suit it better.`;
  });
}

/** The first two principal components of the timbre vectors: the plane that keeps the most of their distances. */
export function embedded(sounds: readonly Sound[]): [number[], number[]] {
  const rows = new Float64Array(sounds.length * TIMBRE_SIZE);
  for (let i = 0; i < TIMBRE_SIZE; i += 1) {
    const mean = sounds.reduce((sum, { timbre }) => sum + (timbre[i] ?? 0), 0) / sounds.length;
    sounds.forEach(({ timbre }, row) => (rows[row * TIMBRE_SIZE + i] = (timbre[i] ?? 0) - mean));
  }
  const along = (direction: Float64Array) =>
    sounds.map((_, row) => {
      const vector = rows.subarray(row * TIMBRE_SIZE, (row + 1) * TIMBRE_SIZE);
      return direction.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0);
    });
  const [first, second] = principalDirections(rows, TIMBRE_SIZE, 2);
  return [along(first as Float64Array), along(second as Float64Array)];
}

function spacedRanks(values: readonly number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value || a.i - b.i);
  const places = new Array<number>(values.length).fill(0.5);
  if (values.length < 2) return places;
  order.forEach(({ i }, rank) => (places[i] = MARGIN + ((1 - 2 * MARGIN) * rank) / (values.length - 1)));
  return places;
}

/** A hue for each sound, in degrees: neighbours on the colour circle sound alike. Evenly spaced, so that each can be distinguished. */
export function huesFor(sounds: readonly Sound[]): number[] {
  const [x, y] = embedded(sounds);
  const angles = sounds.map((_, i) => Math.atan2(y[i] ?? 0, x[i] ?? 0));
  const order = angles.map((angle, i) => ({ angle, i })).sort((a, b) => a.angle - b.angle || a.i - b.i);
  const hues = new Array<number>(sounds.length).fill(0);
  order.forEach(({ i }, rank) => (hues[i] = Math.round((360 * rank) / sounds.length)));
  return hues;
}
