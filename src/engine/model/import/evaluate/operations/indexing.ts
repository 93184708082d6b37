import { elementCount, int } from '../../../../onnx/graph.js';
import { broadcastShapes, type Concrete, concrete, type Real, sameShape } from '../tensors/content.js';
import { type Arguments, axisOf, op, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import type { ScriptValue } from '../values.js';
import { integersOf } from './matrices.js';
import { resultType, toReal } from './promotion.js';

/** Indexing by tensors, and choice by masks. */

interface Positions {
  readonly positions: Real;
  readonly axis: number;
}

/** Tensors that index axes; `None` leaves an axis whole. A known mask along one axis becomes positions. */
function positionsOf(args: Arguments): readonly Positions[] {
  return args.items(1).flatMap((item, axis): Positions[] => {
    if (!(item instanceof Tensor)) return [];
    const positions = args.context.readReal(item);
    if (positions.type !== 'bool') return [{ positions, axis }];
    if (positions.kind !== 'concrete' || positions.shape.length !== 1)
      throw new OperationError('choosing by a mask that depends on the input is not supported');
    return [{ positions: chosenRows(positions), axis }];
  });
}

function chosenRows(mask: Concrete): Concrete {
  return integersOf([...mask.data.keys()].filter((row) => mask.data[row] !== 0));
}

/** `x[i, …, j]`: the positions of neighbouring axes become one position each in the axes' product. */
function index(args: Arguments): Tensor {
  const { algebra } = args.context;
  const used = positionsOf(args);
  let x = args.real(0);
  const [first] = used;
  if (first === undefined) return args.tensor(0);
  if (used.some(({ axis }, i) => axis !== first.axis + i))
    throw new OperationError('indexing by tensors on axes that are not neighbours is not supported');
  const sizes = used.map(({ axis }) => x.shape[axis] ?? 1);
  const positive = used.map(({ positions }, i) => wrapped(args, positions, sizes[i] ?? 1));
  const positions = positive.reduce((sum, next, i) => {
    const scaled = algebra.binary('mul', sum, toReal(args.context, BigInt(sizes[i] ?? 1), sum.type));
    return algebra.binary('add', scaled, algebra.cast(next, sum.type));
  });
  const product = elementCount(sizes);
  const shape = [...x.shape.slice(0, first.axis), product, ...x.shape.slice(first.axis + used.length)];
  x = algebra.reshape(x, shape);
  return Tensor.of(algebra.gather(x, positions, first.axis));
}

/** Negative positions count from the end; only where several are combined do they have to be counted. */
function wrapped(args: Arguments, positions: Real, size: number): Real {
  if (args.items(1).filter((item) => item instanceof Tensor).length === 1) return positions;
  const { algebra } = args.context;
  const zero = toReal(args.context, 0n, positions.type);
  const fromEnd = algebra.binary('add', positions, toReal(args.context, BigInt(size), positions.type));
  return algebra.where(algebra.binary('lt', positions, zero), fromEnd, positions);
}

/** `x[mask] = value` and `x[:, positions] = values` with known positions, as a new value of the whole. */
function assigned(args: Arguments): Tensor {
  const { context } = args;
  const { algebra } = context;
  const x = args.real(0);
  const items = args.items(1);
  const value = toReal(context, args.at(2) ?? null, x.type);
  const accumulates = args.bool(3, false);
  const [first] = items;
  if (first instanceof Tensor && first.type === 'bool' && items.length === 1) {
    const mask = context.readReal(first);
    if (elementCount(value.shape) !== 1)
      throw new OperationError('assigning several values by a mask is not supported');
    const shape = [...mask.shape, ...new Array<number>(x.shape.length - mask.shape.length).fill(1)];
    const single = algebra.reshape(value, []);
    const written = accumulates ? algebra.binary('add', x, single) : single;
    return Tensor.of(algebra.where(algebra.reshape(mask, shape), algebra.expand(written, x.shape), x));
  }
  const used = positionsOf(args);
  const [only] = used;
  if (only === undefined || used.length > 1 || only.positions.kind !== 'concrete' || accumulates)
    throw new OperationError('assigning at positions that depend on the input is not supported');
  const { axis, positions } = only;
  const size = x.shape[axis] ?? 0;
  const target = [...x.shape.slice(0, axis), ...positions.shape, ...x.shape.slice(axis + 1)];
  const flat = x.shape.map((length, i) => (i === axis ? positions.data.length : length));
  const values = algebra.reshape(algebra.expand(value, target), flat);
  const rows = Array.from({ length: size }, (_, row) => row);
  for (const [place, raw] of positions.data.entries()) {
    const row = raw < 0 ? raw + size : raw;
    if (!(row in rows)) throw new OperationError(`index ${raw} is out of range`, 'model-shape');
    rows[row] = size + place;
  }
  return Tensor.of(algebra.gather(algebra.concat([x, values], axis), integersOf(rows), axis));
}

function where(args: Arguments): Tensor {
  const { context } = args;
  const a = args.at(1) ?? null;
  const b = args.at(2) ?? null;
  const type = resultType(context, [a, b]);
  const condition = context.algebra.cast(args.real(0), 'bool');
  return Tensor.of(context.algebra.where(condition, toReal(context, a, type), toReal(context, b, type)));
}

/** `x` with `values` written at positions along an axis. */
function scatter(args: Arguments): Tensor {
  const { context } = args;
  const x = args.real(0);
  const positions = args.real(2);
  if (args.has(4)) throw new OperationError('scattering with a reduction is not supported');
  const value = toReal(context, args.at(3) ?? null, x.type);
  const values = context.algebra.expand(cropped(args, value, positions.shape), positions.shape);
  const axis = axisOf(args.int(1), x.shape.length);
  return Tensor.of(
    context.algebra.node('ScatterElements', [x, positions, values], x.shape, { axis: int(axis) }),
  );
}

/** The part of the values that positions name. */
function cropped(args: Arguments, value: Real, shape: readonly number[]): Real {
  if (value.shape.length === 0) return value;
  return shape.reduce((part, size, axis) => args.context.algebra.slice(part, axis, 0, size), value);
}

function gather(args: Arguments, axis: number, positions: Real): Tensor {
  if (elementCount(positions.shape) === 0) throw new OperationError('nothing is gathered', 'model-shape');
  return Tensor.of(
    args.context.algebra.node('GatherElements', [args.real(0), positions], positions.shape, {
      axis: int(axis),
    }),
  );
}

function filled(args: Arguments, mask: Real, value: ScriptValue): Tensor {
  const { context } = args;
  const x = args.real(0);
  return Tensor.of(
    context.algebra.where(context.algebra.cast(mask, 'bool'), toReal(context, value, x.type), x),
  );
}

export const INDEXING: OperationTable = {
  index: op('self indices', index),
  index_put: op('self indices values accumulate', assigned),
  index_select: op('self dim index', (args) => {
    const x = args.real(0);
    return Tensor.of(args.context.algebra.gather(x, args.real(2), axisOf(args.int(1), x.shape.length)));
  }),
  gather: op('self dim index sparse_grad', (args) =>
    gather(args, axisOf(args.int(1), args.tensor(0).shape.length), args.real(2)),
  ),
  take_along_dim: op('self indices dim', (args) => {
    const x = args.real(0);
    const axis = axisOf(args.int(2), x.shape.length);
    const positions = args.real(1);
    const common = broadcastShapes(
      x.shape.map((size, i) => (i === axis ? 1 : size)),
      positions.shape.map((size, i) => (i === axis ? 1 : size)),
    );
    const shape = common.map((size, i) => (i === axis ? (positions.shape[i] ?? 1) : size));
    if (
      !sameShape(
        x.shape.filter((_, i) => i !== axis),
        shape.filter((_, i) => i !== axis),
      )
    )
      throw new OperationError('the tensors do not fit each other', 'model-shape');
    return gather(args, axis, args.context.algebra.expand(positions, shape));
  }),
  scatter: op('self dim index src reduce', scatter),
  where: op('condition self other', where),
  masked_fill: op('self mask value', (args) => filled(args, args.real(1), args.at(2) ?? null)),
  one_hot: op('self num_classes', (args) => {
    const { context } = args;
    const indices = args.real(0);
    const classes = args.int(1);
    if (classes < 1) throw new OperationError('one_hot without a number of classes is not supported');
    const column = context.algebra.reshape(indices, [...indices.shape, 1]);
    const range = integersOf(Array.from({ length: classes }, (_, i) => i));
    const hit = context.algebra.binary('eq', column, concrete(indices.type, range.shape, range.data));
    return Tensor.of(context.algebra.cast(hit, 'int64'));
  }),
  dropout: op('input p train', (args) => {
    if (args.bool(2, false)) throw new OperationError('dropout while playing is not supported');
    return args.tensor(0);
  }),
  is_nonzero: op('self', (args) => args.context.item(args.tensor(0)) !== 0),
};
