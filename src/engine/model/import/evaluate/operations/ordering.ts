import { int } from '../../../../onnx/graph.js';
import type { Real } from '../tensors/content.js';
import {
  type Arguments,
  axisOf,
  op,
  type Operation,
  type OperationTable,
  OperationError,
} from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { Tuple } from '../values.js';
import { integersOf } from './matrices.js';

/** Sorting, and places in sorted rows. */

/** The `count` largest or smallest along an axis, in order, and their positions. */
function top(args: Arguments, x: Real, axis: number, count: number, largest: boolean): readonly [Real, Real] {
  const { algebra } = args.context;
  if (count < 1 || count > (x.shape[axis] ?? 0))
    throw new OperationError(`there are no ${count} elements to choose`, 'model-shape');
  const shape = x.shape.map((size, i) => (i === axis ? count : size));
  const attributes = { axis: int(axis), largest: int(Number(largest)), sorted: int(1) };
  const outputs = [
    { type: x.type, shape },
    { type: 'int64', shape },
  ] as const;
  const [values, positions] = algebra.nodes('TopK', [x, integersOf([count])], outputs, attributes);
  if (values === undefined || positions === undefined) throw new RangeError('TopK has two outputs');
  return [values, positions];
}

const pair = ([values, positions]: readonly [Real, Real]): Tuple =>
  new Tuple([Tensor.of(values), Tensor.of(positions)]);

function sortAll(args: Arguments, dimAt: number, descendingAt: number): readonly [Real, Real] {
  const x = args.real(0);
  const axis = axisOf(args.int(dimAt, -1), x.shape.length);
  return top(args, x, axis, x.shape[axis] ?? 0, args.bool(descendingAt, false));
}

/** The element at a place of the sorted row, dropped to a plane: torch's median is the lower of two. */
function ranked(args: Arguments, x: Real, axis: number, place: number, keep: boolean): readonly [Real, Real] {
  const { algebra } = args.context;
  const shape = x.shape.flatMap((size, i) => (i === axis ? (keep ? [1] : []) : [size]));
  const last = (part: Real): Real => algebra.reshape(algebra.slice(part, axis, place, 1), shape);
  const [values, positions] = top(args, x, axis, place + 1, false);
  return [last(values), last(positions)];
}

/** How many of the sorted boundaries lie before each value. */
const bucketize = (boundariesAt: number, valuesAt: number, rightAt: number): Operation =>
  op(boundariesAt === 0 ? 'boundaries self out_int32 right' : 'self boundaries out_int32 right', (args) => {
    const { algebra } = args.context;
    const boundaries = args.real(boundariesAt);
    const values = args.real(valuesAt);
    if (boundaries.shape.length !== 1) throw new OperationError('rows of boundaries are not supported');
    const column = algebra.reshape(values, [...values.shape, 1]);
    const passed = algebra.binary(
      args.bool(rightAt, false) ? 'ge' : 'gt',
      column,
      algebra.cast(boundaries, values.type),
    );
    const counts = algebra.reduce('sum', algebra.cast(passed, 'int64'), [values.shape.length]);
    return Tensor.of(algebra.reshape(counts, values.shape));
  });

export const ORDERING: OperationTable = {
  sort: op('self dim descending stable', (args) =>
    // The stable form has its flag in front.
    typeof args.at(1) === 'boolean' ? pair(sortAll(args, 2, 3)) : pair(sortAll(args, 1, 2)),
  ),
  msort: op('self', (args) => {
    const x = args.real(0);
    return Tensor.of(top(args, x, 0, x.shape[0] ?? 0, false)[0]);
  }),
  argsort: op('self dim descending', (args) => Tensor.of(sortAll(args, 1, 2)[1])),
  topk: op('self k dim largest sorted', (args) => {
    const x = args.real(0);
    return pair(top(args, x, axisOf(args.int(2, -1), x.shape.length), args.int(1), args.bool(3, true)));
  }),
  median: op('self dim keepdim', (args) => {
    const given = args.real(0);
    if (!args.has(1)) {
      const count = given.shape.reduce((product, size) => product * size, 1);
      const flat = args.context.algebra.reshape(given, [count]);
      return Tensor.of(ranked(args, flat, 0, (count - 1) >> 1, false)[0]);
    }
    const axis = axisOf(args.int(1), given.shape.length);
    return pair(ranked(args, given, axis, ((given.shape[axis] ?? 1) - 1) >> 1, args.bool(2, false)));
  }),
  kthvalue: op('self k dim keepdim', (args) => {
    const x = args.real(0);
    return pair(
      ranked(args, x, axisOf(args.int(2, -1), x.shape.length), args.int(1) - 1, args.bool(3, false)),
    );
  }),
  bucketize: bucketize(1, 0, 3),
  searchsorted: bucketize(0, 1, 3),
};
