import { z } from 'zod';

/**
 * Precision of an array of numbers inside JSON, written as base64 of little-endian floats. Regressors are played and stored
 * in single precision; the dual coefficients of Gaussian processes need double precision, since their sums cancel.
 */
export type Precision = 'float32' | 'float64';

const BYTES = { float32: 4, float64: 8 } as const;

/** `values` as base64 text. */
export function pack(values: ArrayLike<number>, precision: Precision): string {
  const bytes = Buffer.alloc(values.length * BYTES[precision]);
  for (let i = 0; i < values.length; i++) {
    if (precision === 'float32') bytes.writeFloatLE(values[i]!, i * 4);
    else bytes.writeDoubleLE(values[i]!, i * 8);
  }
  return bytes.toString('base64');
}

/** The numbers packed in `text`, widened to double precision. */
export function unpack(text: string, precision: Precision): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  const values = new Float64Array(Math.floor(bytes.length / BYTES[precision]));
  for (let i = 0; i < values.length; i++) {
    values[i] = precision === 'float32' ? bytes.readFloatLE(i * 4) : bytes.readDoubleLE(i * 8);
  }
  return values;
}

/** Schema of a packed array of at most `maxCount` numbers; `checkPacked` checks the exact count. */
export const packedSchema = (maxCount: number, precision: Precision) =>
  z.base64().max(Math.ceil((maxCount * BYTES[precision]) / 3) * 4);

/** The error of a packed array that should hold `count` finite numbers; undefined where it has none. */
export function checkPacked(text: string, precision: Precision, count: number): string | undefined {
  const expected = Math.ceil((count * BYTES[precision]) / 3) * 4;
  const values = text.length === expected ? unpack(text, precision) : undefined;
  if (values?.length !== count) return `should hold ${count} numbers`;
  return values.every(Number.isFinite) ? undefined : 'holds a number that is not finite';
}
