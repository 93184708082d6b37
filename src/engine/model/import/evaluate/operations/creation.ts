import type { ElementType } from '../../../../onnx/graph.js';
import { allocate, type Concrete, concrete, filled } from '../tensors/content.js';
import { type Arguments, op, type Operation, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { describe, List, type ScriptValue } from '../values.js';
import { matrixOf } from './matrices.js';
import { elementType } from './promotion.js';

function typeAt(args: Arguments, index: number, fallback: ElementType): ElementType {
  return args.has(index) ? elementType(args.int(index)) : fallback;
}

function checkedShape(shape: readonly number[]): readonly number[] {
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new OperationError(`there is no tensor of shape [${shape.join(', ')}]`, 'model-shape');
  }
  return shape;
}

const constant = (value: number): Operation =>
  op('size dtype', (args) =>
    Tensor.of(filled(typeAt(args, 1, 'float32'), checkedShape(args.ints(0)), value)),
  );

const constantLike = (value: number): Operation =>
  op('self dtype', (args) => {
    const x = args.real(0);
    return Tensor.of(filled(typeAt(args, 1, x.type), x.shape, value));
  });

/** Numbers of nested lists in order, and the shape they have. */
function flatten(value: ScriptValue, numbers: number[]): readonly number[] {
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') {
    numbers.push(Number(value));
    return [];
  }
  if (!(value instanceof List)) throw new OperationError(`a tensor is made of ${describe(value)}`);
  let inner: readonly number[] = [];
  for (const item of value.items) inner = flatten(item, numbers);
  return [value.items.length, ...inner];
}

function firstNumber(value: ScriptValue): ScriptValue {
  return value instanceof List ? firstNumber(value.items[0] ?? null) : value;
}

function literal(args: Arguments): Tensor {
  const value = args.at(0) ?? null;
  if (value instanceof Tensor) return value;
  const first = firstNumber(value);
  const natural = typeof first === 'bigint' ? 'int64' : typeof first === 'boolean' ? 'bool' : 'float32';
  const numbers: number[] = [];
  const shape = flatten(value, numbers);
  const type = typeAt(args, 1, natural);
  const data = allocate(type, numbers.length);
  data.set(type === 'bool' ? numbers.map((number) => Number(number !== 0)) : numbers);
  return Tensor.of(concrete(type, shape, data));
}

function range(args: Arguments): Tensor {
  const bounds = [args.at(0), args.at(1), args.at(2)].filter(
    (value) => value !== undefined && value !== null,
  );
  const [a = 0, b, step = 1] = bounds.map((_, index) => args.float(index));
  const [start, end] = b === undefined ? [0, a] : [a, b];
  const isInt = bounds.every((value) => typeof value === 'bigint');
  const count = Math.max(0, Math.ceil((end - start) / step));
  const out = filled(typeAt(args, 3, isInt ? 'int64' : 'float32'), [count], 0);
  for (let i = 0; i < count; i += 1) out.data[i] = start + i * step;
  return Tensor.of(out);
}

/** Equal steps from start to end, counted from the nearer end as torch does. */
function spaced(args: Arguments, value: (exponent: number) => number): Concrete {
  const start = args.float(0);
  const end = args.float(1);
  const count = args.int(2);
  const step = (end - start) / Math.max(1, count - 1);
  const [length = 0] = checkedShape([count]);
  const out = filled('float32', [length], 0);
  for (let i = 0; i < length; i += 1)
    out.data[i] = value(i < length / 2 ? start + i * step : end - (length - 1 - i) * step);
  return out;
}

export const CREATION: OperationTable = {
  zeros: constant(0),
  ones: constant(1),
  empty: constant(0),
  zeros_like: constantLike(0),
  ones_like: constantLike(1),
  empty_like: constantLike(0),
  full: op('size fill_value dtype', (args) =>
    Tensor.of(filled(typeAt(args, 2, 'float32'), checkedShape(args.ints(0)), args.float(1))),
  ),
  full_like: op('self fill_value dtype', (args) => {
    const x = args.real(0);
    return Tensor.of(filled(typeAt(args, 2, x.type), x.shape, args.float(1)));
  }),
  new_zeros: op('self size dtype', (args) =>
    Tensor.of(filled(typeAt(args, 2, args.real(0).type), checkedShape(args.ints(1)), 0)),
  ),
  arange: op('start end step dtype', range),
  tensor: op('data dtype', literal),
  as_tensor: op('data dtype', literal),
  scalar_tensor: op('data dtype', literal),
  linspace: op('start end steps dtype', (args) => Tensor.of(spaced(args, (value) => value))),
  logspace: op('start end steps base dtype', (args) =>
    Tensor.of(spaced(args, (value) => args.float(3, 10) ** value)),
  ),
  new_ones: op('self size dtype', (args) =>
    Tensor.of(filled(typeAt(args, 2, args.real(0).type), checkedShape(args.ints(1)), 1)),
  ),
  new_full: op('self size fill_value dtype', (args) =>
    Tensor.of(filled(typeAt(args, 3, args.real(0).type), checkedShape(args.ints(1)), args.float(2))),
  ),
  new_empty: op('self size dtype', (args) =>
    Tensor.of(filled(typeAt(args, 2, args.real(0).type), checkedShape(args.ints(1)), 0)),
  ),
  eye: op('n m dtype', (args) => {
    const rows = args.int(0);
    return Tensor.of(matrixOf(rows, args.int(1, rows), (row, column) => Number(row === column)));
  }),
  diag: op('self diagonal', (args) => {
    const x = args.real(0);
    const [size = 0] = x.shape;
    if (x.shape.length !== 1 || args.int(1, 0) !== 0)
      throw new OperationError('only the main diagonal of a vector is supported');
    const identity = matrixOf(size, size, (row, column) => Number(row === column));
    return Tensor.of(args.context.algebra.binary('mul', args.context.algebra.cast(identity, x.type), x));
  }),
};
