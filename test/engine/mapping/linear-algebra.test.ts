import {
  cholesky,
  dot,
  logDeterminant,
  rowProducts,
  solveCholesky,
} from '../../../src/engine/mapping/linear-algebra.js';
import { Random } from '../../../src/engine/mapping/random.js';

/** Every remainder of a division by the block sizes, and some sizes with several blocks. */
const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 31, 66, 67];

const normal = (count: number, random: Random) => new Float64Array(count).map(() => random.normal());
const rows = (flat: Float64Array, count: number) =>
  Array.from({ length: count }, (_, i) =>
    flat.subarray((i * flat.length) / count, ((i + 1) * flat.length) / count),
  );

test.each(SIZES)('rowProducts of %d rows gives the inner product of each pair', (count) => {
  const width = 3 + (count % 4);
  const flat = normal(count * width, new Random(count));
  const out = new Float64Array(count * count).fill(7);
  rowProducts(out, flat, count, width);
  const each = rows(flat, count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      expect(out[i * count + j]).toBe(j > i ? 7 : dot(each[i]!, each[j]!, width));
    }
  }
});

test.each(SIZES)(
  'a Cholesky factor of %d rows reproduces, solves and has the determinant of its matrix',
  (n) => {
    const random = new Random(n);
    const truth = new Float64Array(n * n).map((_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return j > i ? 0 : j === i ? 1 + random.uniform() : random.normal() / n;
    });
    const each = rows(truth, n);
    const ridge = 0.5;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) matrix[i * n + j] = dot(each[i]!, each[j]!, n) - (i === j ? ridge : 0);
    }
    const factor = new Float64Array(n * n);
    expect(cholesky(matrix, factor, n, ridge)).toBe(true);
    truth.forEach((value, at) => expect(factor[at]).toBeCloseTo(value, 10));
    expect(logDeterminant(factor, n)).toBeCloseTo(
      2 * each.reduce((sum, row, i) => sum + Math.log(row[i]!), 0),
      9,
    );

    const wanted = normal(n, random);
    const right = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const value = matrix[Math.max(i, j) * n + Math.min(i, j)]! + (i === j ? ridge : 0);
        right[i] = right[i]! + value * wanted[j]!;
      }
    }
    solveCholesky(factor, right, n);
    right.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 8));

    cholesky(matrix, matrix, n, ridge);
    expect(matrix).toEqual(factor);
  },
);

test.each([1, 4, 6, 67])('a matrix of %d rows that is not positive definite has no factor', (n) => {
  for (const bad of [0, n - 1]) {
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) matrix[i * n + i] = i === bad ? -1 : 1;
    expect(cholesky(matrix, new Float64Array(n * n), n, 0.5)).toBe(false);
    matrix[bad * n + bad] = NaN;
    expect(cholesky(matrix, new Float64Array(n * n), n, 0.5)).toBe(false);
  }
});
