/** Rounds of the power iteration: far more than the picture's 256 steps can show. */
const ROUNDS = 40;

/**
 * The first `count` principal directions of `rows` (each of `width` values, already centred by the caller's mean),
 * by power iteration with deflation. A direction without variance is all zeros.
 *
 * @param before directions of the last picture: signs follow them, so that colours do not flip as one learns
 * @returns `count` directions of length `width`, unit length or zero
 */
export function principalDirections(
  rows: Float64Array,
  width: number,
  count: number,
  before: readonly Float64Array[] = [],
): Float64Array[] {
  const covariance = covarianceOf(rows, width);
  return Array.from({ length: count }, (_, k) => {
    const direction = strongest(covariance, width, before[k]);
    deflate(covariance, width, direction);
    return direction;
  });
}

function covarianceOf(rows: Float64Array, width: number): Float64Array {
  const covariance = new Float64Array(width * width);
  for (let row = 0; row < rows.length; row += width) {
    for (let i = 0; i < width; i++) {
      const value = rows[row + i] ?? 0;
      for (let j = 0; j <= i; j++) {
        covariance[i * width + j] = (covariance[i * width + j] ?? 0) + value * (rows[row + j] ?? 0);
      }
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < i; j++) covariance[j * width + i] = covariance[i * width + j] ?? 0;
  }
  return covariance;
}

function multiply(matrix: Float64Array, width: number, vector: Float64Array): Float64Array {
  const product = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (matrix[i * width + j] ?? 0) * (vector[j] ?? 0);
    product[i] = sum;
  }
  return product;
}

const length = (vector: Float64Array) => Math.hypot(...vector);

function strongest(covariance: Float64Array, width: number, before: Float64Array | undefined): Float64Array {
  // Starts from the column of the greatest variance, which cannot be orthogonal to the strongest direction alone.
  let from = 0;
  for (let i = 1; i < width; i++) {
    if ((covariance[i * width + i] ?? 0) > (covariance[from * width + from] ?? 0)) from = i;
  }
  let direction: Float64Array = Float64Array.from(
    { length: width },
    (_, j) => covariance[from * width + j] ?? 0,
  );
  for (let round = 0; round < ROUNDS; round++) {
    const size = length(direction);
    if (size < 1e-12) return new Float64Array(width);
    direction = multiply(
      covariance,
      width,
      direction.map((value) => value / size),
    );
  }
  const size = length(direction);
  if (size < 1e-12) return new Float64Array(width);
  const along = before?.reduce((sum, value, i) => sum + value * (direction[i] ?? 0), 0) ?? 0;
  const leading = direction.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  const sign = Math.sign(along === 0 ? leading : along);
  return direction.map((value) => (sign * value) / size);
}

function deflate(covariance: Float64Array, width: number, direction: Float64Array): void {
  const image = multiply(covariance, width, direction);
  const strength = direction.reduce((sum, value, i) => sum + value * (image[i] ?? 0), 0);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      const part = strength * (direction[i] ?? 0) * (direction[j] ?? 0);
      covariance[i * width + j] = (covariance[i * width + j] ?? 0) - part;
    }
  }
}
