import type { Real } from '../tensors/content.js';
import { op, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { angleOf, formula, Formulas } from './formulas.js';
import { combineAll, isComplex, toComplex } from './promotion.js';

/** Mathematical functions that ONNX has no operator for, and predicates. */

/** Coefficients of the inverse error function over its argument, the highest power first. */
const ERFINV_CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const ERFINV_TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

/** Giles, "Approximating the erfinv function", GPU Computing Gems 2, 2011: in single precision. */
function inverseErrorFunction(f: Formulas, x: Real): Real {
  const w = f.neg(f.log(f.mul(f.sub(1, x), f.add(1, x))));
  const polynomial = (at: Real, [first = 0, ...others]: readonly number[]): Real =>
    others.reduce((sum, coefficient) => f.add(f.mul(sum, at), coefficient), f.full(x, first));
  const centre = polynomial(f.sub(w, 2.5), ERFINV_CENTRE);
  const tail = polynomial(f.sub(f.sqrt(f.max(w, 0)), 3), ERFINV_TAIL);
  const inside = f.mul(x, f.where(f.lt(w, 5), centre, tail));
  return f.where(f.eq(f.abs(x), 1), f.mul(x, Infinity), inside);
}

const trunc = (f: Formulas, x: Real): Real => f.mul(f.unary('sign', x), f.unary('floor', f.abs(x)));

/** Bounds given as numbers or tensors. */
const clampOf = (lowAt: number | null, highAt: number | null) =>
  op(lowAt !== null && highAt !== null ? 'self min max' : 'self bound', (args) => {
    const { context } = args;
    const { algebra } = context;
    let x: Real = args.real(0);
    for (const [at, name] of [
      [lowAt, 'max'],
      [highAt, 'min'],
    ] as const) {
      if (at === null || !args.has(at)) continue;
      const [value, bound] = combineAll(context, [Tensor.of(x), args.at(at) ?? null]);
      if (value !== undefined && bound !== undefined) x = algebra.binary(name, value, bound);
    }
    return Tensor.of(x);
  });

export const FUNCTIONS: OperationTable = {
  atan2: op('self other', (args) => {
    const [y, x] = combineAll(args.context, [args.at(0) ?? null, args.at(1) ?? null], true);
    if (x === undefined || y === undefined) throw new OperationError('two tensors were expected');
    return Tensor.of(angleOf(new Formulas(args.context.algebra), x, y));
  }),
  isnan: formula('self', (f, x) => f.isNaN(x)),
  isinf: formula('self', (f, x) => f.isInfinite(x)),
  isfinite: formula('self', (f, x) => f.lt(f.abs(x), Infinity)),
  isposinf: formula('self', (f, x) => f.eq(x, Infinity)),
  isneginf: formula('self', (f, x) => f.eq(x, -Infinity)),
  nan_to_num: formula('self nan posinf neginf', (f, x, args) => {
    const largest = x.type === 'float64' ? Number.MAX_VALUE : 3.4028234663852886e38;
    const known = f.where(f.isNaN(x), args.float(1, 0), x);
    const bounded = f.where(f.eq(known, Infinity), args.float(2, largest), known);
    return f.where(f.eq(bounded, -Infinity), args.float(3, -largest), bounded);
  }),
  trunc: formula('self', trunc),
  fix: formula('self', trunc),
  frac: formula('self', (f, x) => f.sub(x, trunc(f, x))),
  fmod: op('self other', (args) => {
    const f = new Formulas(args.context.algebra);
    const [a, b] = combineAll(args.context, [args.at(0) ?? null, args.at(1) ?? null], true);
    if (a === undefined || b === undefined) throw new OperationError('two tensors were expected');
    return Tensor.of(f.sub(a, f.mul(trunc(f, f.div(a, b)), b)));
  }),
  erfinv: formula('self', inverseErrorFunction),
  log1p: formula('self', (f, x) => f.log(f.add(x, 1))),
  expm1: formula('self', (f, x) => f.sub(f.exp(x), 1)),
  log2: formula('self', (f, x) => f.mul(f.log(x), Math.LOG2E)),
  log10: formula('self', (f, x) => f.mul(f.log(x), Math.LOG10E)),
  exp2: formula('self', (f, x) => f.exp(f.mul(x, Math.LN2))),
  sinh: formula('self', (f, x) => f.mul(f.sub(f.exp(x), f.exp(f.neg(x))), 0.5)),
  cosh: formula('self', (f, x) => f.mul(f.add(f.exp(x), f.exp(f.neg(x))), 0.5)),
  asinh: formula('self', (f, x) =>
    f.mul(f.unary('sign', x), f.log(f.add(f.abs(x), f.sqrt(f.add(f.mul(x, x), 1))))),
  ),
  acosh: formula('self', (f, x) => f.log(f.add(x, f.sqrt(f.sub(f.mul(x, x), 1))))),
  atanh: formula('self', (f, x) => f.mul(f.log(f.div(f.add(x, 1), f.sub(1, x))), 0.5)),
  erfc: formula('self', (f, x) => f.sub(1, f.unary('erf', x))),
  logit: formula('self eps', (f, x, args) => {
    const bounded = args.has(1) ? f.clip(x, args.float(1), 1 - args.float(1)) : x;
    return f.log(f.div(bounded, f.sub(1, bounded)));
  }),
  sinc: formula('self', (f, x) => {
    const angle = f.mul(x, Math.PI);
    return f.where(f.eq(x, 0), 1, f.div(f.unary('sin', angle), angle));
  }),
  rsqrt: formula('self', (f, x) => f.unary('reciprocal', f.sqrt(x))),
  square: op('self', (args) => Tensor.of(new Formulas(args.context.algebra).mul(args.real(0), args.real(0)))),
  deg2rad: formula('self', (f, x) => f.mul(x, Math.PI / 180)),
  rad2deg: formula('self', (f, x) => f.mul(x, 180 / Math.PI)),
  hypot: op('self other', (args) => {
    const f = new Formulas(args.context.algebra);
    const [a, b] = [args.real(0), args.real(1)];
    return Tensor.of(f.sqrt(f.add(f.mul(a, a), f.mul(b, b))));
  }),
  lerp: op('self end weight', (args) => {
    const f = new Formulas(args.context.algebra);
    const [start, end, weight] = combineAll(
      args.context,
      [0, 1, 2].map((i) => args.at(i) ?? null),
      true,
    );
    if (start === undefined || end === undefined || weight === undefined)
      throw new OperationError('two tensors and a weight were expected');
    return Tensor.of(f.add(start, f.mul(weight, f.sub(end, start))));
  }),
  addcmul: op('self tensor1 tensor2 value', (args) => {
    const f = new Formulas(args.context.algebra);
    return Tensor.of(f.add(args.real(0), f.mul(f.mul(args.real(1), args.real(2)), args.float(3, 1))));
  }),
  addcdiv: op('self tensor1 tensor2 value', (args) => {
    const f = new Formulas(args.context.algebra);
    return Tensor.of(f.add(args.real(0), f.mul(f.div(args.real(1), args.real(2)), args.float(3, 1))));
  }),
  heaviside: formula('self values', (f, x, args) =>
    f.where(f.eq(x, 0), args.real(1), f.algebra.cast(f.gt(x, 0), x.type)),
  ),
  copysign: formula('self other', (f, x, args) => {
    const sign = args.at(1) instanceof Tensor ? f.lt(args.real(1), 0) : null;
    const size = f.abs(x);
    if (sign === null) return args.float(1) < 0 ? f.neg(size) : size;
    return f.where(sign, f.neg(size), size);
  }),
  clamp: clampOf(1, 2),
  clip: clampOf(1, 2),
  clamp_min: clampOf(1, null),
  clamp_max: clampOf(null, 1),
  abs: op('self', (args) => {
    const value = args.at(0);
    if (typeof value === 'bigint') return value < 0n ? -value : value;
    if (typeof value === 'number') return Math.abs(value);
    const f = new Formulas(args.context.algebra);
    if (!isComplex(value ?? null)) return Tensor.of(f.abs(args.real(0)));
    const { re, im } = toComplex(args.context, value ?? null);
    return Tensor.of(f.sqrt(f.add(f.mul(re, re), f.mul(im, im))));
  }),
  angle: op('self', (args) => {
    const f = new Formulas(args.context.algebra);
    const { re, im } = toComplex(args.context, args.at(0) ?? null);
    return Tensor.of(angleOf(f, re, im));
  }),
};
