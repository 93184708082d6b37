import { elementCount } from '../../../../onnx/graph.js';
import { type Arguments, axisOf, op, type OperationTable, OperationError } from '../context.js';
import type { Real } from '../tensors/content.js';
import { Tensor } from '../tensors/tensor.js';
import { List } from '../values.js';
import { integersOf } from './matrices.js';

/** Further operations on shapes: axes moved by name, stacks, frames of a signal, grids. */

function moved(x: Tensor, from: readonly number[], to: readonly number[]): Tensor {
  const rank = x.shape.length;
  const sources = from.map((axis) => axisOf(axis, rank));
  const targets = to.map((axis) => axisOf(axis, rank));
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !sources.includes(axis));
  const order = x.shape.map((_, axis) => {
    const index = targets.indexOf(axis);
    return index >= 0 ? sources[index] : rest.shift();
  });
  if (order.some((axis) => axis === undefined))
    throw new OperationError('the axes do not fit', 'model-shape');
  return x.transpose(order.map((axis) => axis ?? 0));
}

/** Windows of an axis as a new last axis, each `step` after the one before. */
function unfold(args: Arguments): Tensor {
  const { algebra } = args.context;
  const x = args.real(0);
  const axis = axisOf(args.int(1), x.shape.length);
  const [size, step] = [args.int(2), args.int(3)];
  const count = Math.floor(((x.shape[axis] ?? 0) - size) / step) + 1;
  if (!(count >= 1) || size < 1) throw new OperationError('the window does not fit the axis', 'model-shape');
  const places = Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * step + (i % size));
  const gathered = algebra.gather(x, integersOf(places), axis);
  const split = algebra.reshape(gathered, [
    ...x.shape.slice(0, axis),
    count,
    size,
    ...x.shape.slice(axis + 1),
  ]);
  const rank = x.shape.length + 1;
  const order = Array.from({ length: rank }, (_, i) => (i <= axis ? i : i === rank - 1 ? axis + 1 : i + 1));
  return Tensor.of(algebra.transpose(split, order));
}

function joined(args: Arguments, axis: number, minimumRank: number): Tensor {
  const { algebra } = args.context;
  const parts = args.tensors(0).map((tensor) => {
    const x = args.context.readReal(tensor);
    const missing = Math.max(0, minimumRank - x.shape.length);
    // A vector becomes a row, and of three axes the middle ones.
    const shape =
      minimumRank === 3 && missing === 1
        ? [...x.shape, 1]
        : [...new Array<number>(missing).fill(1), ...x.shape];
    return algebra.reshape(x, shape);
  });
  return Tensor.of(algebra.concat(parts, parts[0]?.shape.length === 1 ? 0 : axis));
}

/** Coordinates of a grid: one tensor for each axis, all of the grid's shape. */
function meshgrid(args: Arguments): List {
  const { algebra } = args.context;
  const axes = args.tensors(0).map((tensor) => args.context.readReal(tensor));
  const shape = axes.map((x) => elementCount(x.shape));
  const isSwapped = args.string(1, 'ij') === 'xy' && axes.length >= 2;
  return new List(
    axes.map((x, i) => {
      const column = algebra.reshape(
        x,
        shape.map((size, axis) => (axis === i ? size : 1)),
      );
      const grid = algebra.expand(column, shape);
      const order = shape.map((_, axis) => (isSwapped && axis < 2 ? 1 - axis : axis));
      return Tensor.of(algebra.transpose(grid, order));
    }),
  );
}

function tile(args: Arguments): Tensor {
  const { algebra } = args.context;
  const given: Real = args.real(0);
  const counts = [...args.ints(1)];
  while (counts.length < given.shape.length) counts.unshift(1);
  const missing = counts.length - given.shape.length;
  if (counts.some((count) => count < 0))
    throw new OperationError('a negative number of repeats', 'model-shape');
  const x = algebra.reshape(given, [...new Array<number>(missing).fill(1), ...given.shape]);
  return Tensor.of(algebra.tile(x, counts));
}

export const VIEWS: OperationTable = {
  movedim: op('self source destination', (args) => moved(args.tensor(0), args.ints(1), args.ints(2))),
  moveaxis: op('self source destination', (args) => moved(args.tensor(0), args.ints(1), args.ints(2))),
  unfold: op('self dimension size step', unfold),
  hstack: op('tensors', (args) => joined(args, 1, 1)),
  vstack: op('tensors', (args) => joined(args, 0, 2)),
  dstack: op('tensors', (args) => joined(args, 2, 3)),
  meshgrid: op('tensors indexing', meshgrid),
  tile: op('self dims', tile),
};
