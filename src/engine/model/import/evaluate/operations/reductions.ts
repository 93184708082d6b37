import { elementCount } from '../../../../onnx/graph.js';
import type { Algebra } from '../tensors/algebra.js';
import { isFloat, type Real, scalar } from '../tensors/content.js';
import {
  type Arguments,
  axisOf,
  op,
  type Operation,
  OperationError,
  type OperationTable,
} from '../context.js';

import { Tensor } from '../tensors/tensor.js';
import { List, type ScriptValue, Tuple } from '../values.js';
import { combine, reduceScalars } from './arithmetic.js';
import { elementType, floatType, toReal } from './promotion.js';

/** The axes that are named, all of them by default. A number without axes may be asked for its first: it has none. */
function resolveAxes(args: Arguments, index: number, rank: number): readonly number[] {
  const axes = args.ints(index, []).map((axis) => axisOf(axis, rank));
  return axes.length === 0 || rank === 0 ? Array.from({ length: rank }, (_, axis) => axis) : axes;
}

/** The one axis that is named, as `resolveAxes`. */
function oneAxis(args: Arguments, index: number, rank: number): readonly number[] {
  const axis = axisOf(args.int(index), rank);
  return rank === 0 ? [] : [axis];
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

/** What is added up or multiplied: as the type that is asked for; truth values and integers as int64. */
function summand(args: Arguments, dtype: number): Real {
  const x = args.real(0);
  const usual = isFloat(x.type) ? x.type : 'int64';
  return args.context.algebra.cast(x, args.has(dtype) ? elementType(args.int(dtype)) : usual);
}

function reduction(kind: 'sum' | 'prod' | 'mean'): Operation {
  return op('self dim keepdim dtype', (args) => {
    const { algebra } = args.context;
    const terms = summand(args, 3);
    const axes = resolveAxes(args, 1, terms.shape.length);
    const reduced = algebra.reduce(
      kind,
      kind === 'mean' ? algebra.cast(terms, floatType(terms.type)) : terms,
      axes,
    );
    return Tensor.of(drop(args, reduced, axes, args.bool(2, false)));
  });
}

/** The largest or smallest along axes; of truth values, which ONNX does not compare, as numbers. */
function extremeAlong(args: Arguments, kind: 'max' | 'min', x: Real, axes: readonly number[]): Real {
  const { algebra } = args.context;
  const numbers = x.type === 'bool' ? algebra.cast(x, 'int64') : x;
  return algebra.cast(algebra.reduce(kind, numbers, axes), x.type);
}

function extremeOverAxes(kind: 'max' | 'min'): Operation {
  return op('self dim keepdim', (args) => {
    const x = args.real(0);
    const axes = resolveAxes(args, 1, x.shape.length);
    return Tensor.of(drop(args, extremeAlong(args, kind, x, axes), axes, args.bool(2, false)));
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
  return op('self dim keepdim', (args): ScriptValue => {
    const { context } = args;
    const a = args.at(0) ?? null;
    const b = args.at(1);
    if (!(a instanceof Tensor)) return reduceScalars(args, kind);
    if (b instanceof Tensor)
      return combine(context, a, b, (_, x, y) => context.algebra.binary(kind, x, y), false);
    const x = context.readReal(a);
    if (b === undefined) {
      const axes = x.shape.map((_, axis) => axis);
      return Tensor.of(context.algebra.reshape(extremeAlong(args, kind, x, axes), []));
    }
    const axes = oneAxis(args, 1, x.shape.length);
    const keep = args.bool(2, false);
    const values = drop(args, extremeAlong(args, kind, x, axes), axes, keep);
    const positions = drop(args, positionsAlong(args, kind, x, axes), axes, keep);
    return new Tuple([Tensor.of(values), Tensor.of(positions)]);
  });
}

/** Positions along the one axis, all 0 where there is none. */
function positionsAlong(args: Arguments, kind: 'max' | 'min', x: Real, [axis]: readonly number[]): Real {
  return axis === undefined ? scalar('int64', 0) : args.context.algebra.argExtreme(kind, x, axis);
}

/** Without an axis the position is counted through all elements. */
function argExtreme(kind: 'max' | 'min'): Operation {
  return op('self dim keepdim', (args) => {
    const given = args.real(0);
    const isFlat = !args.has(1);
    const x = isFlat ? args.context.algebra.reshape(given, [elementCount(given.shape)]) : given;
    const axes = isFlat ? [0] : oneAxis(args, 1, x.shape.length);
    if (isFlat && args.bool(2, false))
      throw new OperationError('keeping the axes of a position in all elements is not supported');
    return Tensor.of(drop(args, positionsAlong(args, kind, x, axes), axes, args.bool(2, false)));
  });
}

/** `(Σ|x|ᵖ)^(1/p)` and what that tends to: the number of elements that are not 0, the largest, the smallest. */
function norm(args: Arguments): Tensor {
  const { context } = args;
  const { algebra } = context;
  const given = args.real(0);
  const x = args.has(4) ? algebra.cast(given, elementType(args.int(4))) : given;
  const order = args.float(1, 2);
  const axes = resolveAxes(args, 2, x.shape.length);
  const sum = (y: Real): Real => algebra.reduce('sum', y, axes);
  const power = (y: Real, exponent: number): Real =>
    algebra.binary('pow', y, toReal(context, exponent, x.type));
  const length = (): Real => {
    if (order === 2) return algebra.unary('sqrt', sum(algebra.binary('mul', x, x)));
    const sizes = algebra.unary('abs', x);
    if (Math.abs(order) === Infinity) return algebra.reduce(order > 0 ? 'max' : 'min', sizes, axes);
    if (order === 0)
      return sum(algebra.cast(algebra.binary('gt', sizes, toReal(context, 0, x.type)), x.type));
    return power(sum(power(sizes, order)), 1 / order);
  };
  return Tensor.of(drop(args, length(), axes, args.bool(3, false)));
}

/** A running sum or product; of a number alone the number. */
function running(apply: (algebra: Algebra, x: Real, axis: number) => Real): Operation {
  return op('self dim dtype', (args) => {
    const x = summand(args, 2);
    const axis = axisOf(args.int(1), x.shape.length);
    return Tensor.of(x.shape.length === 0 ? x : apply(args.context.algebra, x, axis));
  });
}

/** Whether all elements are true, or any: of a list of booleans, too. */
function quantifier(kind: 'min' | 'max'): Operation {
  return op('self dim keepdim', (args): ScriptValue => {
    const value = args.at(0);
    if (value instanceof List) {
      const truths = value.items.map((item) => item === true || (typeof item === 'bigint' && item !== 0n));
      return kind === 'min' ? truths.every(Boolean) : truths.some(Boolean);
    }
    const x = args.context.algebra.cast(args.real(0), 'bool');
    const axes = args.has(1) ? resolveAxes(args, 1, x.shape.length) : x.shape.map((_, axis) => axis);
    return Tensor.of(drop(args, extremeAlong(args, kind, x, axes), axes, args.bool(2, false)));
  });
}

export const REDUCTIONS: OperationTable = {
  sum: reduction('sum'),
  mean: reduction('mean'),
  prod: reduction('prod'),
  amax: extremeOverAxes('max'),
  amin: extremeOverAxes('min'),
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
  norm: op('self p dim keepdim dtype', norm),
  linalg_vector_norm: op('self p dim keepdim dtype', norm),
  cumsum: running((algebra, x, axis) => algebra.cumulativeSum(x, axis)),
  cumprod: running((algebra, x, axis) => algebra.cumulativeProduct(x, axis)),
  frobenius_norm: op('self dim keepdim', (args) => {
    const { algebra } = args.context;
    const x = args.real(0);
    const axes = resolveAxes(args, 1, x.shape.length);
    const length = algebra.unary('sqrt', algebra.reduce('sum', algebra.binary('mul', x, x), axes));
    return Tensor.of(drop(args, length, axes, args.bool(2, false)));
  }),
  linalg_norm: op('self ord dim keepdim dtype', (args) => {
    if (typeof args.at(1) === 'string') throw new OperationError('norms of matrices are not supported');
    return norm(args);
  }),
  logsumexp: op('self dim keepdim', (args) => {
    const { algebra } = args.context;
    const given = args.real(0);
    const x = algebra.cast(given, floatType(given.type));
    const axes = resolveAxes(args, 1, x.shape.length);
    const most = algebra.reduce('max', x, axes);
    const sum = algebra.reduce('sum', algebra.unary('exp', algebra.binary('sub', x, most)), axes);
    const result = algebra.binary('add', algebra.unary('log', sum), most);
    return Tensor.of(drop(args, result, axes, args.bool(2, false)));
  }),
  all: quantifier('min'),
  any: quantifier('max'),
  count_nonzero: op('self dim', (args) => {
    const { algebra } = args.context;
    const counted = algebra.cast(algebra.cast(args.real(0), 'bool'), 'int64');
    const axes = resolveAxes(args, 1, counted.shape.length);
    return Tensor.of(drop(args, algebra.reduce('sum', counted, axes), axes, false));
  }),
  var_mean: op('self dim unbiased keepdim correction', (args) => {
    const { value, axes, keep } = variance(args);
    const mean = args.context.algebra.reduce('mean', args.real(0), axes);
    return new Tuple([Tensor.of(drop(args, value, axes, keep)), Tensor.of(drop(args, mean, axes, keep))]);
  }),
  std_mean: op('self dim unbiased keepdim correction', (args) => {
    const { value, axes, keep } = variance(args);
    const { algebra } = args.context;
    const parts = [algebra.unary('sqrt', value), algebra.reduce('mean', args.real(0), axes)];
    return new Tuple(parts.map((part) => Tensor.of(drop(args, part, axes, keep))));
  }),
};
