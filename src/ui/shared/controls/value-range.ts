/** The values that a control covers. */
export interface ValueRange {
  min: number;
  max: number;
  /** Exponent of the normalised position: below 1, low values get more of the control's length. 1 is linear. */
  skew?: number;
}

/** The position of a value on its control, 0 (`min`) to 1 (`max`); values outside the range are clamped. */
export const toPosition = ({ min, max, skew = 1 }: ValueRange, value: number): number =>
  max === min ? 0 : Math.pow(Math.min(1, Math.max(0, (value - min) / (max - min))), skew);

/** The value at a position of 0 to 1 on a control; positions outside are clamped. */
export const fromPosition = ({ min, max, skew = 1 }: ValueRange, position: number): number =>
  min + (max - min) * Math.pow(Math.min(1, Math.max(0, position)), 1 / skew);
