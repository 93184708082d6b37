import type { Unit } from './units.js';
import { fromPosition, toPosition, type ValueRange } from './value-range.js';

/** Step of a number field's arrow keys in the unit itself, where one step suits every range: latent units, dB, whole numbers. */
const UNIT_STEP: Readonly<Partial<Record<Unit, number>>> = { latent: 0.1, dB: 1, count: 1 };
/** Step in any other unit, as a share of the control's length. */
const POSITION_STEP = 0.01;

/**
 * The value one step up (1) or down (-1), within the range.
 * @param divisor the step is divided by this; whole numbers always move by 1
 */
export function stepValue(
  range: ValueRange & { unit: Unit },
  value: number,
  direction: 1 | -1,
  divisor: number,
): number {
  const { min, max, unit } = range;
  const step = UNIT_STEP[unit];
  const next =
    step === undefined
      ? fromPosition(range, toPosition(range, value) + (direction * POSITION_STEP) / divisor)
      : value + direction * (unit === 'count' ? step : step / divisor);
  return Math.min(max, Math.max(min, next));
}

/** Pixels, lines and pages of one notch of a wheel. */
const NOTCH = [100, 3, 1] as const;
/** A fast free-running wheel reports many notches in one event. */
const MAX_NOTCHES = 4;

/**
 * Notches of a wheel event, up and right positive; a fraction for the small steps of a trackpad.
 */
export function wheelNotches({
  deltaX,
  deltaY,
  deltaMode,
}: Pick<WheelEvent, 'deltaX' | 'deltaY' | 'deltaMode'>): number {
  const delta = -(deltaY === 0 ? -deltaX : deltaY) / (NOTCH[deltaMode as 0 | 1 | 2] ?? NOTCH[0]);
  return Math.min(MAX_NOTCHES, Math.max(-MAX_NOTCHES, delta));
}
