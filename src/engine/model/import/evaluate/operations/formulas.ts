import type { Algebra } from '../tensors/algebra.js';
import { type Real, scalar } from '../tensors/content.js';
import type { BinaryName, UnaryName } from '../tensors/elementwise.js';
import { type Arguments, op, type Operation } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { floatType } from './promotion.js';

type Operand = Real | number;

/** Arithmetic on tensors of one element type with numbers mixed in, for operations that are formulas. */
export class Formulas {
  constructor(readonly algebra: Algebra) {}

  private apply(name: BinaryName, a: Operand, b: Operand): Real {
    const type = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.type) : a.type;
    const real = (operand: Operand): Real => (typeof operand === 'number' ? scalar(type, operand) : operand);
    return this.algebra.binary(name, real(a), real(b));
  }

  add = (a: Operand, b: Operand): Real => this.apply('add', a, b);
  sub = (a: Operand, b: Operand): Real => this.apply('sub', a, b);
  mul = (a: Operand, b: Operand): Real => this.apply('mul', a, b);
  div = (a: Operand, b: Operand): Real => this.apply('div', a, b);
  pow = (a: Operand, b: Operand): Real => this.apply('pow', a, b);
  max = (a: Operand, b: Operand): Real => this.apply('max', a, b);
  min = (a: Operand, b: Operand): Real => this.apply('min', a, b);
  lt = (a: Operand, b: Operand): Real => this.apply('lt', a, b);
  le = (a: Operand, b: Operand): Real => this.apply('le', a, b);
  gt = (a: Operand, b: Operand): Real => this.apply('gt', a, b);
  ge = (a: Operand, b: Operand): Real => this.apply('ge', a, b);
  eq = (a: Operand, b: Operand): Real => this.apply('eq', a, b);

  /** An elementwise function of one tensor. */
  unary(name: UnaryName, x: Real): Real {
    return this.algebra.unary(name, x);
  }

  exp = (x: Real): Real => this.unary('exp', x);
  log = (x: Real): Real => this.unary('log', x);
  sqrt = (x: Real): Real => this.unary('sqrt', x);
  abs = (x: Real): Real => this.unary('abs', x);
  neg = (x: Real): Real => this.unary('neg', x);
  not = (x: Real): Real => this.unary('not', x);

  and = (a: Real, b: Real): Real => this.algebra.binary('and', a, b);
  or = (a: Real, b: Real): Real => this.algebra.binary('or', a, b);

  /** `a` where the condition holds, else `b`. */
  where(condition: Real, a: Operand, b: Operand): Real {
    const type = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.type) : a.type;
    const real = (operand: Operand): Real => (typeof operand === 'number' ? scalar(type, operand) : operand);
    return this.algebra.where(condition, real(a), real(b));
  }

  /** Each element clamped to `low`..`high`. */
  clip(x: Real, low: number, high: number): Real {
    return this.algebra.clip(x, low, high);
  }

  sum = (x: Real, axes: readonly number[]): Real => this.algebra.reduce('sum', x, axes);
  mean = (x: Real, axes: readonly number[]): Real => this.algebra.reduce('mean', x, axes);

  /** A number as a tensor of the type of another. */
  full(like: Real, value: number): Real {
    return scalar(like.type, value);
  }

  /** NaN differs from itself. */
  isNaN = (x: Real): Real => this.not(this.eq(x, x));
  isInfinite = (x: Real): Real => this.eq(this.abs(x), Infinity);
}

/** The angle of (x, y) from the positive x axis, −π … π; 0 at the origin. */
export function angleOf(f: Formulas, x: Real, y: Real): Real {
  const slope = f.unary('atan', f.div(y, x));
  const turned = f.add(slope, f.where(f.lt(x, 0), f.where(f.lt(y, 0), f.full(y, -Math.PI), Math.PI), 0));
  return f.where(f.and(f.eq(x, 0), f.eq(y, 0)), 0, turned);
}

/** An operation whose first argument is a tensor, taken as float, and whose result is a formula of it. */
export function formula(
  signature: string,
  build: (f: Formulas, x: Real, args: Arguments) => Real,
): Operation {
  return op(signature, (args) => {
    const { algebra } = args.context;
    const x = args.real(0);
    return Tensor.of(build(new Formulas(algebra), algebra.cast(x, floatType(x.type)), args));
  });
}
