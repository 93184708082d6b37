import { z } from 'zod';

/**
 * Arrays of numbers inside JSON: base64 of little-endian floats. Single precision is what regressors play and keep;
 * double is for the dual coefficients of Gaussian processes, whose cancellation would show the rounding.
 */
export type Precision = 'float32' | 'float64';

const BYTES = { float32: 4, float64: 8 } as const;

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

/** A packed array in a schema; how many numbers it must hold is checked by {@link checkPacked}. */
export const packedSchema = (maxCount: number, precision: Precision) =>
  z.base64().max(Math.ceil((maxCount * BYTES[precision]) / 3) * 4);

/** What is wrong with a packed array of `count` finite numbers, or undefined. */
export function checkPacked(text: string, precision: Precision, count: number): string | undefined {
  const expected = Math.ceil((count * BYTES[precision]) / 3) * 4;
  const values = text.length === expected ? unpack(text, precision) : undefined;
  if (values?.length !== count) return `should hold ${count} numbers`;
  return values.every(Number.isFinite) ? undefined : 'holds a number that is not finite';
}
