import type { Input } from './input.js';

/** Doublings of the exponent at either end of the curve control: ±1 bends the travel to x³ or its inverse. */
const CURVE_OCTAVES = Math.log2(3);

/**
 * A source's travel (0..1) as the performance space sees it: inverted, bent, then laid onto the input's range.
 * Anything outside 0..1, a NaN included, is brought to the nearest end (NaN to 0).
 */
export function inputValueOf(input: Pick<Input, 'range' | 'curve' | 'inverted'>, raw: number): number {
  const bounded = raw > 0 ? Math.min(raw, 1) : 0;
  const turned = input.inverted ? 1 - bounded : bounded;
  const bent = input.curve === 0 ? turned : turned ** bend(input);
  const [low, high] = input.range;
  return low + bent * (high - low);
}

/** The travel, 0..1, that `inputValueOf` takes to `value`; an end of it where none reaches that far. */
export function sourceValueOf(input: Pick<Input, 'range' | 'curve' | 'inverted'>, value: number): number {
  const [low, high] = input.range;
  const bent = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
  const turned = input.curve === 0 ? bent : bent ** (1 / bend(input));
  return input.inverted ? 1 - turned : turned;
}

function bend({ curve }: Pick<Input, 'curve'>): number {
  return 2 ** (curve * CURVE_OCTAVES);
}
