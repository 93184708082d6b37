import type { Input } from './schema.js';

/** Doublings of the exponent at either end of the curve control: ±1 bends the travel to x³ or its inverse. */
const CURVE_OCTAVES = Math.log2(3);

/**
 * A source's travel (0..1) as the performance space sees it: inverted, bent, then laid onto the input's range.
 * Anything outside 0..1, a NaN included, is brought to the nearest end (NaN to 0).
 */
export function shapeTravel(input: Pick<Input, 'range' | 'curve' | 'inverted'>, raw: number): number {
  const bounded = raw > 0 ? Math.min(raw, 1) : 0;
  const turned = input.inverted ? 1 - bounded : bounded;
  const bent = input.curve === 0 ? turned : turned ** (2 ** (input.curve * CURVE_OCTAVES));
  const [low, high] = input.range;
  return low + bent * (high - low);
}

/** What `shapeTravel` makes `value` of: the source's travel, 0..1; an end of it where no travel reaches that far. */
export function sourceTravel(input: Pick<Input, 'range' | 'curve' | 'inverted'>, value: number): number {
  const [low, high] = input.range;
  const bent = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
  const turned = input.curve === 0 ? bent : bent ** (2 ** (-input.curve * CURVE_OCTAVES));
  return input.inverted ? 1 - turned : turned;
}
