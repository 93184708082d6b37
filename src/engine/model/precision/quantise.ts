/** Weights of one scale each: small blocks follow the weights closely, large ones have fewer scales to read. */
export const BLOCK_ROWS = 64;
/** The value that stands for zero, as `MatMulNBits` has it where no zero points are given. */
const ZERO = 128;
const LARGEST = 127;

/**
 * A matrix in 8 bits, in the layout of onnxruntime's `MatMulNBits`: column after column, each cut into blocks of `BLOCK_ROWS` rows
 * with a scale of its own. A weight is `scale · (value − 128)`; it differs from the original by half a scale at most.
 */
export interface QuantisedMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [columns, blocks, BLOCK_ROWS]; rows beyond the matrix are 128, which is 0. */
  readonly values: Uint8Array;
  /** [columns, blocks]: the largest magnitude of the block, divided by 127. */
  readonly scales: Float32Array;
}

export const blocksOf = (rows: number): number => Math.ceil(rows / BLOCK_ROWS);

/**
 * Rounds a matrix to 8 bits.
 * @param matrix [rows, columns], row-major, finite
 * @throws RangeError where the matrix has another size
 */
export function quantise(matrix: Float32Array, rows: number, columns: number): QuantisedMatrix {
  if (matrix.length !== rows * columns)
    throw new RangeError(`${matrix.length} weights are no matrix of ${rows} × ${columns}`);
  const blocks = blocksOf(rows);
  const scales = new Float32Array(columns * blocks);
  // Row after row, as the matrix lies in memory.
  for (let row = 0, i = 0; row < rows; row += 1) {
    const block = Math.floor(row / BLOCK_ROWS);
    for (let column = 0, at = block; column < columns; column += 1, i += 1, at += blocks) {
      const magnitude = Math.abs(matrix[i] as number);
      if (magnitude > (scales[at] as number)) scales[at] = magnitude;
    }
  }
  for (let at = 0; at < scales.length; at += 1) scales[at] = (scales[at] as number) / LARGEST;
  const values = new Uint8Array(columns * blocks * BLOCK_ROWS).fill(ZERO);
  for (let row = 0, i = 0; row < rows; row += 1) {
    const block = Math.floor(row / BLOCK_ROWS);
    for (let column = 0; column < columns; column += 1, i += 1) {
      const at = column * blocks + block;
      const scale = scales[at] as number;
      // A scale may be too small for float32: its weights are then 0.
      if (scale === 0) continue;
      const step = Math.round((matrix[i] as number) / scale);
      values[at * BLOCK_ROWS + (row % BLOCK_ROWS)] = ZERO + Math.max(-LARGEST, Math.min(LARGEST, step));
    }
  }
  return { rows, columns, values, scales };
}

/** The matrix that a quantised one stands for: [rows, columns], row-major. */
export function dequantise({ rows, columns, values, scales }: QuantisedMatrix): Float32Array {
  const blocks = blocksOf(rows);
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    const at = (i % columns) * blocks + Math.floor(row / BLOCK_ROWS);
    return (scales[at] as number) * ((values[at * BLOCK_ROWS + (row % BLOCK_ROWS)] as number) - ZERO);
  });
}
