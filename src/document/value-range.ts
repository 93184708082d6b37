import type { Input } from './input.js';

/** Base-2 logarithm of the exponent at the ends of the curve control: ±1 gives x³ or its inverse. */
const CURVE_OCTAVES = Math.log2(3);

/**
 * The input value (0..1) for a source's normalised position `raw` (0..1): inverted, shaped by the curve, then mapped to the
 * input's range. A position outside 0..1 is clamped; NaN counts as 0.
 */
export function inputValueOf(input: Pick<Input, 'range' | 'curve' | 'inverted'>, raw: number): number {
  const bounded = raw > 0 ? Math.min(raw, 1) : 0;
  const directed = input.inverted ? 1 - bounded : bounded;
  const shaped = input.curve === 0 ? directed : directed ** exponent(input);
  const [low, high] = input.range;
  return low + shaped * (high - low);
}

/** The inverse of `inputValueOf`: the source position, 0..1, that gives `value`, or the nearest end of its range. */
export function sourceValueOf(input: Pick<Input, 'range' | 'curve' | 'inverted'>, value: number): number {
  const [low, high] = input.range;
  const shaped = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
  const directed = input.curve === 0 ? shaped : shaped ** (1 / exponent(input));
  return input.inverted ? 1 - directed : directed;
}

function exponent({ curve }: Pick<Input, 'curve'>): number {
  return 2 ** (curve * CURVE_OCTAVES);
}

/** The normalised position (0..1) of `raw` between two ends in the sender's own unit; 0 where they are equal. */
export function positionBetween(low: number, high: number, raw: number): number {
  return high === low ? 0 : Math.min(1, Math.max(0, (raw - low) / (high - low)));
}
