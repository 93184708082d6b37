import { allocate, type Concrete, concrete } from '../tensors/content.js';

/** A known matrix [rows, columns] of float32. */
export function matrixOf(
  rows: number,
  columns: number,
  element: (row: number, column: number) => number,
): Concrete {
  const data = allocate('float32', rows * columns);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) data[row * columns + column] = element(row, column);
  return concrete('float32', [rows, columns], data);
}

/** A known vector of integers. */
export function integersOf(values: readonly number[]): Concrete {
  const data = allocate('int64', values.length);
  data.set(values);
  return concrete('int64', [values.length], data);
}
