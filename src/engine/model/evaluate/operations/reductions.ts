import type { Reduction } from '../algebra.js';
import type { Real } from '../content.js';
import { type Arguments, axisOf, op, type Operation, type OperationTable } from '../context.js';
import { Tensor } from '../tensor.js';
import { Tuple, type Val } from '../values.js';
import { combine, reduceScalars } from './arithmetic.js';
import { elementType, floatType, toReal } from './promotion.js';

function resolveAxes(args: Arguments, index: number, rank: number): readonly number[] {
  const axes = args.ints(index, []);
  return axes.length === 0
    ? Array.from({ length: rank }, (_, axis) => axis)
    : axes.map((axis) => axisOf(axis, rank));
}

/** Removes the axes that a reduction left with size 1. */
function drop(args: Arguments, x: Real, axes: readonly number[], keep: boolean): Real {
  return keep
    ? x
    : args.context.algebra.reshape(
        x,
        x.shape.filter((_, axis) => !axes.includes(axis)),
      );
}

function reduction(kind: Reduction): Operation {
  return op('self dim keepdim dtype', (args) => {
    const { algebra } = args.context;
    const x = args.real(0);
    // Without axes the second argument is the element type.
    const bare =
      typeof args.at(1) === 'bigint' && args.at(2) === undefined && kind === 'sum' && x.shape.length === 0;
    const axes = bare ? [] : resolveAxes(args, 1, x.shape.length);
    const type = args.has(3) ? elementType(args.int(3)) : x.type === 'bool' ? 'int64' : x.type;
    const reduced = algebra.reduce(kind, algebra.cast(x, kind === 'mean' ? floatType(type) : type), axes);
    return Tensor.of(drop(args, reduced, axes, args.bool(2, false)));
  });
}

/** Variance; `Σ(x − mean)² / (n − correction)`. */
function variance(args: Arguments): { value: Real; axes: readonly number[]; keep: boolean } {
  const { algebra } = args.context;
  const x = args.real(0);
  const flagFirst = typeof args.at(1) === 'boolean';
  const axes = flagFirst ? x.shape.map((_, axis) => axis) : resolveAxes(args, 1, x.shape.length);
  const unbiased = flagFirst ? args.bool(1, true) : args.bool(2, true);
  const correction = args.has(4) ? args.float(4) : Number(unbiased);
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const centred = algebra.binary('sub', x, algebra.reduce('mean', x, axes));
  const squares = algebra.reduce('sum', algebra.binary('mul', centred, centred), axes);
  const divisor = toReal(args.context, count - correction, x.type);
  return { value: algebra.binary('div', squares, divisor), axes, keep: !flagFirst && args.bool(3, false) };
}

/** `max` of a tensor, of two tensors, along an axis (values and positions), or of numbers. */
function extreme(kind: 'max' | 'min'): Operation {
  return op('self dim keepdim', (args): Val => {
    const { context } = args;
    const a = args.at(0) ?? null;
    const b = args.at(1);
    if (!(a instanceof Tensor)) return reduceScalars(args, kind);
    if (b instanceof Tensor)
      return combine(context, a, b, (_, x, y) => context.algebra.binary(kind, x, y), false);
    const x = context.readReal(a);
    if (b === undefined) {
      const axes = x.shape.map((_, axis) => axis);
      return Tensor.of(context.algebra.reshape(context.algebra.reduce(kind, x, axes), []));
    }
    const axis = axisOf(args.int(1), x.shape.length);
    const keep = args.bool(2, false);
    const values = drop(args, context.algebra.reduce(kind, x, [axis]), [axis], keep);
    const positions = drop(args, context.algebra.argExtreme(kind, x, axis), [axis], keep);
    return new Tuple([Tensor.of(values), Tensor.of(positions)]);
  });
}

function argExtreme(kind: 'max' | 'min'): Operation {
  return op('self dim keepdim', (args) => {
    const x = args.real(0);
    const axis = axisOf(args.int(1), x.shape.length);
    return Tensor.of(drop(args, args.context.algebra.argExtreme(kind, x, axis), [axis], args.bool(2, false)));
  });
}

function norm(args: Arguments): Tensor {
  const { algebra } = args.context;
  const x = args.real(0);
  const order = args.float(1, 2);
  const axes = resolveAxes(args, 2, x.shape.length);
  const power = toReal(args.context, order, x.type);
  const inverse = toReal(args.context, 1 / order, x.type);
  const sum = (y: Real): Real => algebra.reduce('sum', y, axes);
  const length =
    order === 2
      ? algebra.unary('sqrt', sum(algebra.binary('mul', x, x)))
      : algebra.binary('pow', sum(algebra.binary('pow', algebra.unary('abs', x), power)), inverse);
  return Tensor.of(drop(args, length, axes, args.bool(3, false)));
}

export const REDUCTIONS: OperationTable = {
  sum: reduction('sum'),
  mean: reduction('mean'),
  prod: reduction('prod'),
  amax: reduction('max'),
  amin: reduction('min'),
  var: op('self dim unbiased keepdim correction', (args) => {
    const { value, axes, keep } = variance(args);
    return Tensor.of(drop(args, value, axes, keep));
  }),
  std: op('self dim unbiased keepdim correction', (args) => {
    const { value, axes, keep } = variance(args);
    return Tensor.of(drop(args, args.context.algebra.unary('sqrt', value), axes, keep));
  }),
  max: extreme('max'),
  min: extreme('min'),
  argmax: argExtreme('max'),
  argmin: argExtreme('min'),
  norm: op('self p dim keepdim', norm),
  linalg_vector_norm: op('self p dim keepdim', norm),
  cumsum: op('self dim dtype', (args) => {
    const x = args.real(0);
    return Tensor.of(args.context.algebra.cumulativeSum(x, axisOf(args.int(1), x.shape.length)));
  }),
  cumprod: op('self dim dtype', (args) => {
    const x = args.real(0);
    return Tensor.of(args.context.algebra.cumulativeProduct(x, axisOf(args.int(1), x.shape.length)));
  }),
  softmax: op('self dim dtype', (args) => {
    const { algebra } = args.context;
    const x = args.real(0);
    const axis = axisOf(args.int(1), x.shape.length);
    const shifted = algebra.binary('sub', x, algebra.reduce('max', x, [axis]));
    const raised = algebra.unary('exp', shifted);
    return Tensor.of(algebra.binary('div', raised, algebra.reduce('sum', raised, [axis])));
  }),
};
