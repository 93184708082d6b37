import { elementCount } from '../../../../onnx/graph.js';
import { broadcastShapes, type Content } from '../tensors/content.js';
import { type Arguments, axisOf, type Context, op, type OperationTable, OperationError } from '../context.js';
import { mapContent, Tensor } from '../tensors/tensor.js';
import { List, type ScriptValue } from '../values.js';
import { elementType, resultType, toReal } from './promotion.js';
import { checkItems, listSlice, sliceBounds } from './sequences.js';

/** A shape with at most one -1, resolved. */
function resolveShape(shape: readonly number[], count: number): readonly number[] {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const resolved = shape.map((size) => (size === -1 ? (known === 0 ? 0 : count / known) : size));
  const free = shape.filter((size) => size === -1).length;
  if (
    free > 1 ||
    resolved.some((size) => !Number.isInteger(size) || size < 0) ||
    elementCount(resolved) !== count
  ) {
    throw new OperationError(`${count} elements do not fit the shape [${shape.join(', ')}]`, 'model-shape');
  }
  return resolved;
}

function reshape(context: Context, x: Tensor, shape: readonly number[]): Tensor {
  const resolved = resolveShape(shape, elementCount(x.shape));
  return (
    x.view(resolved) ??
    Tensor.of(mapContent(context.read(x), (part) => context.algebra.reshape(part, resolved)))
  );
}

/** Shape operations that never move elements: torch always makes a view of them. */
function view(x: Tensor, shape: readonly number[]): Tensor {
  const result = x.view(shape);
  if (result === null) throw new OperationError('this view needs a copy');
  return result;
}

function copy(context: Context, x: Tensor): Tensor {
  return Tensor.of(context.read(x));
}

function dropAxis(x: Tensor, axis: number): Tensor {
  return view(
    x,
    x.shape.filter((_, index) => index !== axis),
  );
}

function unsqueeze(x: Tensor, axis: number): Tensor {
  const position = axisOf(axis, x.shape.length + 1);
  return view(x, [...x.shape.slice(0, position), 1, ...x.shape.slice(position)]);
}

function swap(x: Tensor, a: number, b: number): Tensor {
  const order = x.shape.map((_, axis) => axis);
  order[a] = b;
  order[b] = a;
  return x.transpose(order);
}

function reversed(x: Tensor): Tensor {
  return x.transpose(x.shape.map((_, axis) => x.shape.length - 1 - axis));
}

function pieces(x: Tensor, axis: number, sizes: readonly number[]): List {
  let start = 0;
  return new List(
    sizes.map((size) => {
      const piece = x.slice(axis, start, size, 1);
      start += size;
      return piece;
    }),
  );
}

function equalPieces(x: Tensor, axis: number, size: number): List {
  const total = x.shape[axis] ?? 0;
  if (size < 1) throw new OperationError(`pieces of ${size} elements`);
  const count = checkItems(Math.max(1, Math.ceil(total / size)));
  return pieces(
    x,
    axis,
    Array.from({ length: count }, (_, i) => Math.min(size, total - i * size)),
  );
}

function concatenate(context: Context, parts: readonly Tensor[], axis: number): Tensor {
  const used = parts.filter((part) => part.shape.length !== 1 || part.shape[0] !== 0);
  const [first] = used;
  if (first === undefined) throw new OperationError('nothing is joined');
  const resolved = axisOf(axis, first.shape.length);
  for (const part of used) {
    const fits =
      part.shape.length === first.shape.length &&
      part.shape.every((size, index) => index === resolved || size === first.shape[index]);
    if (!fits) {
      throw new OperationError(
        `[${first.shape.join(', ')}] and [${part.shape.join(', ')}] cannot be joined along axis ${resolved}`,
        'model-shape',
      );
    }
  }
  const type = resultType(context, used);
  return Tensor.of(
    context.algebra.concat(
      used.map((part) => toReal(context, part, type)),
      resolved,
    ),
  );
}

function roll(args: Arguments): Tensor {
  const { context } = args;
  const x = args.tensor(0);
  const shifts = args.ints(1);
  const axes = args.ints(2, []);
  if (axes.length !== shifts.length) throw new OperationError('rolling without axes is not supported');
  let content: Content = context.read(x);
  for (const [index, shift] of shifts.entries()) {
    const axis = axisOf(axes[index] ?? 0, x.shape.length);
    const size = x.shape[axis] ?? 1;
    const cut = (((-shift % size) + size) % size) | 0;
    content = mapContent(content, (part) =>
      context.algebra.concat(
        [context.algebra.slice(part, axis, cut, size - cut), context.algebra.slice(part, axis, 0, cut)],
        axis,
      ),
    );
  }
  return Tensor.of(content);
}

function repeat(args: Arguments): Tensor {
  const { context } = args;
  const x = args.real(0);
  const counts = args.ints(1);
  const missing = counts.length - x.shape.length;
  if (missing < 0 || counts.some((count) => count < 0))
    throw new OperationError('the repeats do not fit the tensor', 'model-shape');
  const shaped = context.algebra.reshape(x, [...new Array<number>(missing).fill(1), ...x.shape]);
  return Tensor.of(context.algebra.tile(shaped, counts));
}

function repeatInterleave(args: Arguments): Tensor {
  const { algebra } = args.context;
  const given = args.real(0);
  // Without an axis all elements are one row.
  const x = args.has(2) ? given : algebra.reshape(given, [elementCount(given.shape)]);
  const count = args.int(1);
  const axis = args.has(2) ? axisOf(args.int(2), x.shape.length) : 0;
  const inner = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const wide = inner.map((size, index) => (index === axis + 1 ? count : size));
  const shape = x.shape.map((size, index) => (index === axis ? size * count : size));
  return Tensor.of(algebra.reshape(algebra.expand(algebra.reshape(x, inner), wide), shape));
}

/**
 * `to` has many forms: a type, another tensor, a device, or a device and a type; then whether it may run on while it copies,
 * and whether it copies what need not change.
 */
function convert(args: Arguments): Tensor {
  const flags = Array.from({ length: args.count }, (_, index) => args.at(index)).filter(
    (value) => typeof value === 'boolean',
  );
  const [, copies = false] = flags;
  const x = copies ? copy(args.context, args.tensor(0)) : args.tensor(0);
  for (let index = 1; index < args.count; index += 1) {
    const value = args.at(index);
    if (value instanceof Tensor) return cast(args.context, x, args.context.readReal(value).type);
    if (typeof value === 'bigint') return cast(args.context, x, elementType(Number(value)));
  }
  return x;
}

function cast(context: Context, x: Tensor, type: ReturnType<typeof elementType>): Tensor {
  const content = context.readReal(x);
  return content.type === type ? x : Tensor.of(context.algebra.cast(content, type));
}

function asInts(shape: readonly number[]): List {
  return new List(shape.map((size): ScriptValue => BigInt(size)));
}

export const SHAPE: OperationTable = {
  size: op('self dim', (args) => {
    const { shape } = args.tensor(0);
    return args.has(1) ? BigInt(shape[axisOf(args.int(1), shape.length)] ?? 0) : asInts(shape);
  }),
  dim: op('self', (args) => BigInt(args.tensor(0).shape.length)),
  numel: op('self', (args) => BigInt(elementCount(args.tensor(0).shape))),
  slice: op('self dim start end step', (args) => {
    const value = args.at(0);
    if (value instanceof List) {
      const step = args.int(3, 1);
      const { first, count } = listSlice(value.items.length, args.optionalInt(1), args.optionalInt(2), step);
      return new List(Array.from({ length: count }, (_, i) => value.items[first + i * step] ?? null));
    }
    const x = args.tensor(0);
    const axis = axisOf(args.int(1, 0), x.shape.length);
    const step = args.int(4, 1);
    const { first, count } = sliceBounds(x.shape[axis] ?? 0, args.optionalInt(2), args.optionalInt(3), step);
    return x.slice(axis, first, count, step);
  }),
  narrow: op('self dim start length', (args) => {
    const x = args.tensor(0);
    const axis = axisOf(args.int(1), x.shape.length);
    const size = x.shape[axis] ?? 0;
    const start = args.int(2) < 0 ? args.int(2) + size : args.int(2);
    const length = args.int(3);
    if (start < 0 || length < 0 || start + length > size)
      throw new OperationError(`a slice of ${length} from ${args.int(2)} is out of range`, 'model-shape');
    return x.slice(axis, start, length, 1);
  }),
  select: op('self dim index', (args) => {
    const x = args.tensor(0);
    const axis = axisOf(args.int(1), x.shape.length);
    const size = x.shape[axis] ?? 0;
    const index = args.int(2) < 0 ? args.int(2) + size : args.int(2);
    if (index < 0 || index >= size)
      throw new OperationError(`index ${args.int(2)} is out of range`, 'model-shape');
    return dropAxis(x.slice(axis, index, 1, 1), axis);
  }),
  unbind: op('self dim', (args) => {
    const x = args.tensor(0);
    const axis = axisOf(args.int(1, 0), x.shape.length);
    const rows = checkItems(x.shape[axis] ?? 0);
    return new List(Array.from({ length: rows }, (_, row) => dropAxis(x.slice(axis, row, 1, 1), axis)));
  }),
  reshape: op('self shape', (args) => reshape(args.context, args.tensor(0), args.ints(1))),
  view: op('self size', (args) =>
    view(args.tensor(0), resolveShape(args.ints(1), elementCount(args.tensor(0).shape))),
  ),
  flatten: op('self start_dim end_dim', (args) => {
    const x = args.tensor(0);
    const start = axisOf(args.int(1, 0), x.shape.length);
    const end = axisOf(args.int(2, -1), x.shape.length);
    return reshape(args.context, x, [...x.shape.slice(0, start), -1, ...x.shape.slice(end + 1)]);
  }),
  unflatten: op('self dim sizes names', (args) => {
    const x = args.tensor(0);
    const axis = axisOf(args.int(1), x.shape.length);
    const sizes = resolveShape(args.ints(2), x.shape[axis] ?? 1);
    return view(x, [...x.shape.slice(0, axis), ...sizes, ...x.shape.slice(axis + 1)]);
  }),
  view_as: op('self other', (args) => view(args.tensor(0), args.tensor(1).shape)),
  reshape_as: op('self other', (args) => reshape(args.context, args.tensor(0), args.tensor(1).shape)),
  ravel: op('self', (args) => reshape(args.context, args.tensor(0), [-1])),
  unsqueeze: op('self dim', (args) => unsqueeze(args.tensor(0), args.int(1))),
  squeeze: op('self dim', (args) => {
    const x = args.tensor(0);
    const axes = args.has(1) ? args.ints(1).map((axis) => axisOf(axis, x.shape.length)) : null;
    return view(
      x,
      x.shape.filter((size, axis) => size !== 1 || (axes !== null && !axes.includes(axis))),
    );
  }),
  permute: op('self dims', (args) => {
    const x = args.tensor(0);
    const order = args.ints(1).map((axis) => axisOf(axis, x.shape.length));
    if (new Set(order).size !== x.shape.length)
      throw new OperationError('the axes do not fit the tensor', 'model-shape');
    return x.transpose(order);
  }),
  transpose: op('self dim0 dim1', (args) => {
    const x = args.tensor(0);
    return swap(x, axisOf(args.int(1), x.shape.length), axisOf(args.int(2), x.shape.length));
  }),
  t: op('self', (args) => reversed(args.tensor(0))),
  numpy_T: op('self', (args) => reversed(args.tensor(0))),
  expand: op('self size implicit', (args) => {
    const x = args.tensor(0);
    const size = args.ints(1);
    const offset = size.length - x.shape.length;
    const wanted = size.map((value, axis) => (value === -1 ? (x.shape[axis - offset] ?? 1) : value));
    if (offset < 0 || broadcastShapes(x.shape, wanted).some((value, axis) => value !== wanted[axis])) {
      throw new OperationError('the tensor cannot be expanded so', 'model-shape');
    }
    return x.expand(wanted);
  }),
  expand_as: op('self other', (args) => args.tensor(0).expand(args.tensor(1).shape)),
  broadcast_tensors: op('tensors', (args) => {
    const tensors = args.tensors(0);
    const shape = tensors.reduce<readonly number[]>((common, x) => broadcastShapes(common, x.shape), []);
    return new List(tensors.map((x) => x.expand(shape)));
  }),
  chunk: op('self chunks dim', (args) => {
    const x = args.tensor(0);
    const axis = axisOf(args.int(2, 0), x.shape.length);
    return equalPieces(x, axis, Math.max(1, Math.ceil((x.shape[axis] ?? 0) / args.int(1))));
  }),
  split: op('self split_size dim', (args) => {
    const x = args.tensor(0);
    const axis = axisOf(args.int(2, 0), x.shape.length);
    return args.at(1) instanceof List ? pieces(x, axis, args.ints(1)) : equalPieces(x, axis, args.int(1));
  }),
  split_with_sizes: op('self split_sizes dim', (args) =>
    pieces(args.tensor(0), axisOf(args.int(2, 0), args.tensor(0).shape.length), args.ints(1)),
  ),
  cat: op('tensors dim', (args) => concatenate(args.context, args.tensors(0), args.int(1, 0))),
  concat: op('tensors dim', (args) => concatenate(args.context, args.tensors(0), args.int(1, 0))),
  stack: op('tensors dim', (args) => {
    const axis = args.int(1, 0);
    const tensors = args.tensors(0);
    const rank = (tensors[0]?.shape.length ?? 0) + 1;
    return concatenate(
      args.context,
      tensors.map((x) => unsqueeze(x, axisOf(axis, rank))),
      axisOf(axis, rank),
    );
  }),
  flip: op('self dims', (args) => {
    const { algebra } = args.context;
    const x = args.tensor(0);
    let content = args.context.read(x);
    for (const dim of args.ints(1)) {
      const axis = axisOf(dim, x.shape.length);
      const size = x.shape[axis] ?? 0;
      if (size > 0) content = mapContent(content, (part) => algebra.slice(part, axis, size - 1, size, -1));
    }
    return Tensor.of(content);
  }),
  roll: op('self shifts dims', roll),
  repeat: op('self repeats', repeat),
  repeat_interleave: op('self repeats dim output_size', repeatInterleave),
  contiguous: op('self memory_format', (args) => {
    const x = args.tensor(0);
    return x.isContiguous ? x : copy(args.context, x);
  }),
  detach: op('self', (args) => args.tensor(0)),
  alias: op('self', (args) => args.tensor(0)),
  clone: op('self memory_format', (args) => copy(args.context, args.tensor(0))),
  to: op('self a b c d e', convert),
  type_as: op('self other', (args) =>
    cast(args.context, args.tensor(0), args.context.readReal(args.tensor(1)).type),
  ),
};
