/** Dense symmetric linear systems of up to about two thousand unknowns, in flat row-major arrays. */

/** Rows of a factor between two calls of `checkpoint`: a fraction of a second in the largest system. */
const ROWS_PER_CHECKPOINT = 64;
/** Rows of a factor that are computed together; an even divisor of ROWS_PER_CHECKPOINT. */
const BLOCK_ROWS = 4;

/**
 * Cholesky factor L of the symmetric [n, n] `matrix` + `ridge`·I = L·Lᵀ.
 *
 * @param matrix only its lower triangle is read
 * @param factor its lower triangle is written; may be `matrix` itself
 * @param checkpoint called during a large factorisation; may throw to cancel it
 * @returns false where the matrix is not positive definite
 */
export function cholesky(
  matrix: Float64Array,
  factor: Float64Array,
  n: number,
  ridge: number,
  checkpoint?: () => void,
): boolean {
  for (let i = 0; i < n; i += BLOCK_ROWS) {
    if (i > 0 && i % ROWS_PER_CHECKPOINT === 0) checkpoint?.();
    const whole = i + BLOCK_ROWS <= n;
    if (whole) factorBlock(matrix, factor, n, i);
    for (let row = i; row < Math.min(i + BLOCK_ROWS, n); row++) {
      if (!factorRow(matrix, factor, n, ridge, row, whole ? i : 0)) return false;
    }
  }
  return true;
}

/**
 * Computes rows `first` to `first` + 3 of the factor left of the diagonal block. Eight independent sums use the processor's
 * pipeline, which takes a third of the time; the order of the additions of each sum is that of a plain loop.
 */
function factorBlock(matrix: Float64Array, factor: Float64Array, n: number, first: number): void {
  const a = first * n;
  const b = a + n;
  const c = b + n;
  const d = c + n;
  for (let j = 0; j < first; j += 2) {
    const p = j * n;
    const q = p + n;
    let a0 = matrix[a + j]!;
    let b0 = matrix[b + j]!;
    let c0 = matrix[c + j]!;
    let d0 = matrix[d + j]!;
    let a1 = matrix[a + j + 1]!;
    let b1 = matrix[b + j + 1]!;
    let c1 = matrix[c + j + 1]!;
    let d1 = matrix[d + j + 1]!;
    for (let k = 0; k < j; k++) {
      const left = factor[p + k]!;
      const right = factor[q + k]!;
      const fa = factor[a + k]!;
      const fb = factor[b + k]!;
      const fc = factor[c + k]!;
      const fd = factor[d + k]!;
      a0 -= fa * left;
      b0 -= fb * left;
      c0 -= fc * left;
      d0 -= fd * left;
      a1 -= fa * right;
      b1 -= fb * right;
      c1 -= fc * right;
      d1 -= fd * right;
    }
    const pivot = factor[p + j]!;
    a0 /= pivot;
    b0 /= pivot;
    c0 /= pivot;
    d0 /= pivot;
    const below = factor[q + j]!;
    const next = factor[q + j + 1]!;
    factor[a + j] = a0;
    factor[b + j] = b0;
    factor[c + j] = c0;
    factor[d + j] = d0;
    factor[a + j + 1] = (a1 - a0 * below) / next;
    factor[b + j + 1] = (b1 - b0 * below) / next;
    factor[c + j + 1] = (c1 - c0 * below) / next;
    factor[d + j + 1] = (d1 - d0 * below) / next;
  }
}

/** Computes row `i` of the factor from column `from`, with the diagonal. @returns false where the diagonal is not positive */
function factorRow(
  matrix: Float64Array,
  factor: Float64Array,
  n: number,
  ridge: number,
  i: number,
  from: number,
): boolean {
  const row = i * n;
  for (let j = from; j < i; j++) {
    const other = j * n;
    let sum = matrix[row + j]!;
    for (let k = 0; k < j; k++) sum -= factor[row + k]! * factor[other + k]!;
    factor[row + j] = sum / factor[other + j]!;
  }
  let diagonal = matrix[row + i]! + ridge;
  for (let j = 0; j < i; j++) diagonal -= factor[row + j]! * factor[row + j]!;
  if (!(diagonal > 0) || diagonal === Infinity) return false;
  factor[row + i] = Math.sqrt(diagonal);
  return true;
}

/** Writes the lower triangle of rows·rowsᵀ to `out`, [count, count], eight products at a time. @param rows [count, width] */
export function rowProducts(out: Float64Array, rows: Float64Array, count: number, width: number): void {
  let i = 0;
  for (; i + 1 < count; i += 2) {
    const a = i * width;
    const b = a + width;
    let j = 0;
    for (; j + 3 <= i; j += 4) {
      const p = j * width;
      const q = p + width;
      const r = q + width;
      const s = r + width;
      let ap = 0;
      let aq = 0;
      let ar = 0;
      let as = 0;
      let bp = 0;
      let bq = 0;
      let br = 0;
      let bs = 0;
      for (let k = 0; k < width; k++) {
        const va = rows[a + k]!;
        const vb = rows[b + k]!;
        const vp = rows[p + k]!;
        const vq = rows[q + k]!;
        const vr = rows[r + k]!;
        const vs = rows[s + k]!;
        ap += va * vp;
        aq += va * vq;
        ar += va * vr;
        as += va * vs;
        bp += vb * vp;
        bq += vb * vq;
        br += vb * vr;
        bs += vb * vs;
      }
      const at = i * count + j;
      out[at] = ap;
      out[at + 1] = aq;
      out[at + 2] = ar;
      out[at + 3] = as;
      const under = at + count;
      out[under] = bp;
      out[under + 1] = bq;
      out[under + 2] = br;
      out[under + 3] = bs;
    }
    rowOfProducts(out, rows, count, width, i, j);
    rowOfProducts(out, rows, count, width, i + 1, j);
  }
  if (i < count) rowOfProducts(out, rows, count, width, i, 0);
}

function rowOfProducts(
  out: Float64Array,
  rows: Float64Array,
  count: number,
  width: number,
  i: number,
  from: number,
): void {
  for (let j = from; j <= i; j++) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += rows[i * width + k]! * rows[j * width + k]!;
    out[i * count + j] = sum;
  }
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

/** Inner product of the first `n` elements. */
export function dot(a: Float64Array, b: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i]! * b[i]!;
  return sum;
}
