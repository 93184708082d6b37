import { elementCount, int } from '../../../../onnx/graph.js';
import { concrete } from '../tensors/content.js';
import { type Arguments, axisOf, op, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { resultType, toReal } from './promotion.js';

/** `x[i]` with one tensor of positions on one axis, the other axes whole. */
function index(args: Arguments): Tensor {
  const { context } = args;
  const x = args.real(0);
  const items = args.items(1);
  const used = items.flatMap((item, axis) => (item instanceof Tensor ? [{ item, axis }] : []));
  const [only] = used;
  if (only === undefined || used.length > 1)
    throw new OperationError('indexing by several tensors is not supported');
  const positions = context.readReal(only.item);
  if (positions.type !== 'bool') return Tensor.of(context.algebra.gather(x, positions, only.axis));
  if (positions.kind !== 'concrete' || positions.shape.length !== 1) {
    throw new OperationError('choosing by a mask is not supported');
  }
  const rows = [...positions.data.keys()].filter((row) => positions.data[row] !== 0);
  const chosen = concrete('int64', [rows.length], Float64Array.from(rows));
  return Tensor.of(context.algebra.gather(x, chosen, only.axis));
}

function where(args: Arguments): Tensor {
  const { context } = args;
  const a = args.at(1) ?? null;
  const b = args.at(2) ?? null;
  const type = resultType(context, [a, b]);
  const condition = context.algebra.cast(args.real(0), 'bool');
  return Tensor.of(context.algebra.where(condition, toReal(context, a, type), toReal(context, b, type)));
}

export const INDEXING: OperationTable = {
  index: op('self indices', index),
  index_select: op('self dim index', (args) => {
    const x = args.real(0);
    return Tensor.of(args.context.algebra.gather(x, args.real(2), axisOf(args.int(1), x.shape.length)));
  }),
  gather: op('self dim index sparse_grad', (args) => {
    const x = args.real(0);
    const positions = args.real(2);
    const axis = axisOf(args.int(1), x.shape.length);
    if (elementCount(positions.shape) === 0) throw new OperationError('nothing is gathered', 'model-shape');
    return Tensor.of(
      args.context.algebra.node('GatherElements', [x, positions], positions.shape, { axis: int(axis) }),
    );
  }),
  where: op('condition self other', where),
  masked_fill: op('self mask value', (args) => {
    const { context } = args;
    const x = args.real(0);
    const value = toReal(context, args.at(2) ?? null, x.type);
    return Tensor.of(context.algebra.where(context.algebra.cast(args.real(1), 'bool'), value, x));
  }),
};
