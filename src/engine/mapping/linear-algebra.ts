/** Dense symmetric systems in flat row-major arrays, for sizes from a handful to two thousand. */

/** Rows of a factor between two looks at whether it is still wanted: a fraction of a second for the largest. */
const ROWS_PER_LOOK = 64;

/**
 * Cholesky factor of the symmetric positive definite [n, n] `matrix` + `ridge`·I, of which the lower triangle is
 * read. Writes the lower triangle of `factor`, which may be `matrix` itself. False when it is not positive definite.
 *
 * @param checkpoint called now and then in a large system; may throw to abandon it
 */
export function cholesky(
  matrix: Float64Array,
  factor: Float64Array,
  n: number,
  ridge: number,
  checkpoint?: () => void,
): boolean {
  for (let i = 0; i < n; i++) {
    if (i > 0 && i % ROWS_PER_LOOK === 0) checkpoint?.();
    const row = i * n;
    let diagonal = matrix[row + i]! + ridge;
    for (let j = 0; j < i; j++) {
      const other = j * n;
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= factor[row + k]! * factor[other + k]!;
      const value = sum / factor[other + j]!;
      factor[row + j] = value;
      diagonal -= value * value;
    }
    if (!(diagonal > 0) || diagonal === Infinity) return false;
    factor[row + i] = Math.sqrt(diagonal);
  }
  return true;
}

/** Solves L·x = b in place, for the lower triangular [n, n] `factor`. */
export function solveLower(factor: Float64Array, x: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= factor[row + k]! * x[k]!;
    x[i] = sum / factor[row + i]!;
  }
}

/** Solves L·Lᵀ·x = b in place, for the lower triangular [n, n] `factor`. */
export function solveCholesky(factor: Float64Array, x: Float64Array, n: number): void {
  solveLower(factor, x, n);
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const value = x[i]! / factor[row + i]!;
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] = x[k]! - factor[row + k]! * value;
  }
}

/** Logarithm of the determinant of L·Lᵀ. */
export function logDeterminant(factor: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(factor[i * n + i]!);
  return 2 * sum;
}

export function dot(a: Float64Array, b: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i]! * b[i]!;
  return sum;
}
