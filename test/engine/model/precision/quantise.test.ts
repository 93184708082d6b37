import fc from 'fast-check';
import {
  BLOCK_ROWS,
  blocksOf,
  dequantise,
  quantise,
} from '../../../../src/engine/model/precision/quantise.js';

/** A matrix of any size around the borders of blocks, whose columns differ much in level. */
const matrices = fc
  .record({
    rows: fc.integer({ min: 1, max: 3 * BLOCK_ROWS + 1 }),
    columns: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    exponent: fc.integer({ min: -30, max: 30 }),
  })
  .map(({ rows, columns, seed, exponent }) => {
    const level = (column: number) => 2 ** (exponent + column);
    const matrix = Float32Array.from(
      { length: rows * columns },
      (_, i) => level(i % columns) * Math.sin((i + 1) * seed),
    );
    return { rows, columns, matrix };
  });

/** One scale, straightforwardly. */
function scaleOf(matrix: Float32Array, rows: number, columns: number, column: number, block: number): number {
  let largest = 0;
  for (let row = block * BLOCK_ROWS; row < Math.min(rows, (block + 1) * BLOCK_ROWS); row += 1)
    largest = Math.max(largest, Math.abs(matrix[row * columns + column] ?? NaN));
  return Math.fround(largest / 127);
}

describe('quantise', () => {
  it('gives each block of each column the scale of its largest weight', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, matrix }) => {
        const { scales } = quantise(matrix, rows, columns);
        const blocks = blocksOf(rows);
        const wanted = Array.from({ length: columns * blocks }, (_, at) =>
          scaleOf(matrix, rows, columns, Math.floor(at / blocks), at % blocks),
        );
        expect(Array.from(scales)).toEqual(wanted);
      }),
    );
  });

  it('changes no weight by more than half a scale', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, matrix }) => {
        const quantised = quantise(matrix, rows, columns);
        const back = dequantise(quantised);
        const blocks = blocksOf(rows);
        const steps = Array.from(matrix, (weight, i) => {
          const scale =
            quantised.scales[(i % columns) * blocks + Math.floor(i / columns / BLOCK_ROWS)] ?? NaN;
          return scale === 0 ? 0 : Math.abs((back[i] ?? NaN) - weight) / scale;
        });
        expect(Math.max(...steps)).toBeLessThanOrEqual(0.5001);
      }),
    );
  });

  it('gives the same for what it has given', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, matrix }) => {
        const once = quantise(matrix, rows, columns);
        const again = quantise(dequantise(once), rows, columns);
        expect(again.values).toEqual(once.values);
      }),
    );
  });

  it('fills up the last block with zeros, and keeps zeros', () => {
    const { values, scales } = quantise(new Float32Array(2 * (BLOCK_ROWS + 1)), BLOCK_ROWS + 1, 2);
    expect(values).toHaveLength(2 * 2 * BLOCK_ROWS);
    expect(values.every((value) => value === 128)).toBe(true);
    expect(scales).toEqual(new Float32Array(4));
  });

  it('takes weights too small to have a scale as 0', () => {
    const tiny = 2 ** -149;
    expect(dequantise(quantise(Float32Array.of(tiny, 1), 1, 2))).toEqual(Float32Array.of(0, 1));
  });

  it('refuses a matrix of another size', () => {
    expect(() => quantise(new Float32Array(5), 2, 3)).toThrow(RangeError);
  });
});
