import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** A variance below this share of the largest is rounding error. */
const MIN_VARIANCE_SHARE = 1e-12;

/**
 * The first `count` principal components of `rows` (Jolliffe, "Principal Component Analysis", 2002): eigenvectors of their
 * covariance in descending order of variance.
 *
 * @param rows [rows, width], already centred
 * @param before directions of the previous picture, which determine the signs: colours do not flip after each training
 * @returns `count` directions of length `width`, of unit length, or all zeros where there is no variance left
 */
export function principalDirections(
  rows: Float64Array,
  width: number,
  count: number,
  before: readonly Float64Array[] = [],
): Float64Array[] {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covarianceOf(rows, width), {
    assumeSymmetric: true,
  });
  const strongest = realEigenvalues
    .map((variance, column) => ({ variance, column }))
    .sort((a, b) => b.variance - a.variance);
  const least = MIN_VARIANCE_SHARE * (strongest[0]?.variance ?? 0);
  return Array.from({ length: count }, (_, k) => {
    const next = strongest[k];
    if (next === undefined || !(next.variance > least)) return new Float64Array(width);
    return withConsistentSign(Float64Array.from(eigenvectorMatrix.getColumn(next.column)), before[k]);
  });
}

/** The direction or its opposite: the one nearer to `before`; without it, the one whose largest element is positive. */
function withConsistentSign(direction: Float64Array, before: Float64Array | undefined): Float64Array {
  const along = before?.reduce((sum, value, i) => sum + value * (direction[i] ?? 0), 0) ?? 0;
  const leading = direction.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return (along === 0 ? leading : along) < 0 ? direction.map((value) => -value) : direction;
}

/** Covariance times the number of rows, [width, width]: the factor does not change the directions. */
function covarianceOf(rows: Float64Array, width: number): Matrix {
  const covariance = new Float64Array(width * width);
  for (let row = 0; row < rows.length; row += width) {
    for (let i = 0; i < width; i++) {
      const value = rows[row + i] ?? 0;
      for (let j = 0; j <= i; j++) {
        covariance[i * width + j] = (covariance[i * width + j] ?? 0) + value * (rows[row + j] ?? 0);
      }
    }
  }
  const symmetric = Matrix.zeros(width, width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      const value = covariance[i * width + j] ?? 0;
      symmetric.set(i, j, value);
      symmetric.set(j, i, value);
    }
  }
  return symmetric;
}
