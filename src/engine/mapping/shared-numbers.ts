/** Zeros in memory that another thread gets without a copy. */
export function sharedZeros(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

/** A copy of `values` in memory that another thread gets without a copy. */
export function sharedCopy(values: Float64Array): Float64Array {
  const copy = sharedZeros(values.length);
  copy.set(values);
  return copy;
}
