import { elementCount, type ElementType } from '../../../../onnx/graph.js';
import { isFloat, isInteger, type Real } from '../tensors/content.js';
import {
  Arguments,
  type Context,
  op,
  type Operation,
  type OperationTable,
  OperationError,
} from '../context.js';
import { type BinaryName, modulo, UNARY, type UnaryName } from '../tensors/elementwise.js';
import { Tensor } from '../tensors/tensor.js';
import { Text } from '../text.js';
import { describe, List, type ScriptValue } from '../values.js';
import {
  combineAll,
  complex,
  floatType,
  isComplex,
  multiplyComplex,
  resultType,
  toComplex,
  toReal,
} from './promotion.js';
import { checkItems, equals } from './sequences.js';
import { textEquals } from './texts.js';

function isNumber(value: ScriptValue | undefined): value is bigint | number | boolean {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
}

function floorDivide(a: number, b: number): number {
  return Math.floor(a / b);
}

/** Arithmetic on plain numbers: ints stay ints where Python keeps them. */
function scalars(
  name: string,
  a: bigint | number | boolean,
  b: bigint | number | boolean,
  apply: (a: number, b: number) => number,
  keepsInts: boolean,
): ScriptValue {
  const result = apply(Number(a), Number(b));
  if (!keepsInts || typeof a === 'number' || typeof b === 'number') return result;
  if (!Number.isSafeInteger(result)) throw new OperationError(`"${name}" gives ${result}`);
  return BigInt(result);
}

type TensorRule = (context: Context, a: Real, b: Real) => Real;

/** A binary operation on numbers and tensors. `floats` says that integer tensors are computed as floats. */
function binary(
  name: string,
  apply: (a: number, b: number) => number,
  rule: TensorRule,
  options: { keepsInts?: boolean; floats?: boolean } = {},
): Operation {
  return op('self other', (args) => {
    const a = args.at(0);
    const b = args.at(1);
    if (isNumber(a) && isNumber(b)) return scalars(name, a, b, apply, options.keepsInts ?? true);
    return combine(args.context, a ?? null, b ?? null, rule, options.floats ?? false);
  });
}

export function combine(
  context: Context,
  a: ScriptValue,
  b: ScriptValue,
  rule: TensorRule,
  floats: boolean,
): Tensor {
  const common = resultType(context, [a, b]);
  const type: ElementType = floats ? floatType(common) : common;
  return Tensor.of(rule(context, toReal(context, a, type), toReal(context, b, type)));
}

const elementwise =
  (name: BinaryName): TensorRule =>
  (context, a, b) =>
    context.algebra.binary(name, a, b);

/** Division that rounds down, where ONNX rounds integers towards zero. */
const floorQuotient: TensorRule = ({ algebra }, a, b) =>
  isInteger(a.type)
    ? algebra.binary('div', algebra.binary('sub', a, algebra.binary('mod', a, b)), b)
    : algebra.unary('floor', algebra.binary('div', a, b));

const truncatedQuotient: TensorRule = ({ algebra }, a, b) => {
  const quotient = algebra.binary('div', a, b);
  if (isInteger(a.type)) return quotient;
  const whole = algebra.unary('floor', algebra.unary('abs', quotient));
  return algebra.binary('mul', algebra.unary('sign', quotient), whole);
};

/** A complex tensor divided by a real one. */
function divideComplex({ context }: Arguments, a: ScriptValue, b: ScriptValue): Tensor {
  if (isComplex(b)) throw new OperationError('division by complex numbers is not supported');
  const { re, im } = toComplex(context, a);
  const divisor = toReal(context, b, 'float32');
  return Tensor.of(
    complex(context.algebra.binary('div', re, divisor), context.algebra.binary('div', im, divisor)),
  );
}

const remainder: TensorRule = (context, a, b) => {
  const { algebra } = context;
  if (isInteger(a.type)) return algebra.binary('mod', a, b);
  return algebra.binary('sub', a, algebra.binary('mul', floorQuotient(context, a, b), b));
};

/** `self + alpha · other`, with lists and strings joined. */
function addition(sign: 1 | -1): Operation {
  return op('self other alpha', (args) => {
    const a = args.at(0) ?? null;
    const b = args.at(1) ?? null;
    if (sign === 1 && a instanceof List && b instanceof List) {
      checkItems(a.items.length + b.items.length);
      return new List([...a.items, ...b.items]);
    }
    if (sign === 1 && typeof a === 'string' && typeof b === 'string') {
      checkItems(a.length + b.length);
      return a + b;
    }
    const alpha = args.float(2, 1);
    const { context } = args;
    const { algebra } = context;
    const scaled = (y: Real): Real =>
      alpha === 1 ? y : algebra.binary('mul', y, toReal(context, alpha, y.type));
    if (isNumber(a) && isNumber(b)) {
      return scalars(sign === 1 ? 'add' : 'sub', a, b, (x, y) => x + sign * alpha * y, true);
    }
    const name = sign === 1 ? 'add' : 'sub';
    if (isComplex(a) || isComplex(b)) {
      const left = toComplex(context, a);
      const right = toComplex(context, b);
      return Tensor.of(
        complex(
          algebra.binary(name, left.re, scaled(right.re)),
          algebra.binary(name, left.im, scaled(right.im)),
        ),
      );
    }
    return combine(context, a, b, (_, x, y) => algebra.binary(name, x, scaled(y)), false);
  });
}

/** `other − alpha · self` */
const reversedSubtraction = op('self other alpha', (args) => {
  const swapped = [args.at(1), args.at(0), args.at(2)];
  return addition(-1).run(new Arguments(args.context, ['self', 'other', 'alpha'], swapped));
});

const multiplication = op('self other', (args) => {
  const a = args.at(0) ?? null;
  const b = args.at(1) ?? null;
  if (isNumber(a) && isNumber(b)) return scalars('mul', a, b, (x, y) => x * y, true);
  if (a instanceof List && typeof b === 'bigint') {
    checkItems(Number(b) * Math.max(1, a.items.length));
    return new List(new Array<readonly ScriptValue[]>(Math.max(0, Number(b))).fill(a.items).flat());
  }
  const { context } = args;
  if (isComplex(a) || isComplex(b)) {
    return Tensor.of(multiplyComplex(context.algebra, toComplex(context, a), toComplex(context, b)));
  }
  return combine(context, a, b, elementwise('mul'), false);
});

function comparison(name: BinaryName, apply: (a: number, b: number) => boolean): Operation {
  return op('self other', (args) => {
    const a = args.at(0);
    const b = args.at(1);
    if (isNumber(a) && isNumber(b)) return apply(Number(a), Number(b));
    return combine(args.context, a ?? null, b ?? null, elementwise(name), false);
  });
}

function equality(wanted: boolean): Operation {
  return op('self other', (args) => {
    const a = args.at(0) ?? null;
    const b = args.at(1) ?? null;
    const { context } = args;
    const isText = a instanceof Text || b instanceof Text;
    if (!isText && !(a instanceof Tensor) && !(b instanceof Tensor)) return equals(a, b) === wanted;
    const result = isText ? textEquals(context, a, b) : combine(context, a, b, elementwise('eq'), false);
    if (result === false) return !wanted;
    return wanted ? result : Tensor.of(context.algebra.unary('not', context.readReal(result)));
  });
}

/** A function of one number or tensor. */
function unary(
  name: UnaryName,
  apply: (x: number) => number,
  options: { toInt?: boolean; exact?: boolean } = {},
): Operation {
  return op('self', (args) => {
    const value = args.at(0);
    if (isNumber(value)) {
      const result = apply(Number(value));
      const isInt = options.toInt === true || (options.exact === true && typeof value === 'bigint');
      return isInt ? BigInt(result) : result;
    }
    const { algebra } = args.context;
    const x = args.real(0);
    const operand = options.exact === true ? x : algebra.cast(x, floatType(x.type));
    return Tensor.of(algebra.unary(name, operand));
  });
}

const negation = op('self', (args) => {
  const value = args.at(0);
  if (typeof value === 'boolean') return !value;
  const { algebra } = args.context;
  return Tensor.of(algebra.unary('not', algebra.cast(args.real(0), 'bool')));
});

function logical(name: 'and' | 'or'): Operation {
  return op('self other', (args) => {
    const a = args.at(0);
    const b = args.at(1);
    if (typeof a === 'boolean' && typeof b === 'boolean') return name === 'and' ? a && b : a || b;
    const { algebra } = args.context;
    return Tensor.of(
      algebra.binary(name, algebra.cast(args.real(0), 'bool'), algebra.cast(args.real(1), 'bool')),
    );
  });
}

const exclusiveOr = op('self other', (args) => {
  const { algebra } = args.context;
  const [a, b] = [algebra.cast(args.real(0), 'bool'), algebra.cast(args.real(1), 'bool')];
  return Tensor.of(algebra.unary('not', algebra.binary('eq', a, b)));
});

/** Bitwise operations, supported for booleans only. */
function onBooleans(operation: Operation): Operation {
  return {
    parameters: operation.parameters,
    run: (args) => {
      for (let index = 0; index < args.count; index += 1) {
        const value = args.at(index);
        if (value instanceof Tensor && value.type !== 'bool')
          throw new OperationError('bitwise operations on integers are not supported');
      }
      return operation.run(args);
    },
  };
}

/** `max` or `min` of numbers or of a list of them; a tensor without dimensions where one is only known when the graph runs. */
export function reduceScalars(args: Arguments, kind: 'max' | 'min'): ScriptValue {
  const a = args.at(0) ?? null;
  const b = args.at(1);
  const items = a instanceof List ? a.items : [a, b ?? null];
  if (items.some((item) => item instanceof Tensor && elementCount(item.shape) === 1)) {
    const { context } = args;
    const [one, ...others] = combineAll(context, items);
    if (one !== undefined)
      return Tensor.of(others.reduce((best, next) => context.algebra.binary(kind, best, next), one));
  }
  const numbers = items.map((item) => {
    if (!isNumber(item)) throw new OperationError(`${describe(item)} is no number`);
    return item;
  });
  const [first, ...rest] = numbers;
  if (first === undefined) throw new OperationError('the list is empty');
  const better = kind === 'max' ? Math.max : Math.min;
  return rest.reduce<bigint | number | boolean>(
    (best, next) => (better(Number(best), Number(next)) === Number(best) ? best : next),
    first,
  );
}

/** A power; onnxruntime's square root is some twenty times quicker than its power of one half. */
const power: TensorRule = ({ algebra }, x, exponent) => {
  const isHalf = exponent.kind === 'concrete' && exponent.data.length === 1 && exponent.data[0] === 0.5;
  return isHalf && isFloat(x.type) && exponent.shape.length <= x.shape.length
    ? algebra.unary('sqrt', x)
    : algebra.binary('pow', x, exponent);
};

const logarithm = unary('log', Math.log);
const rounding = unary('round', UNARY.round.apply);

export const ARITHMETIC: OperationTable = {
  add: addition(1),
  sub: addition(-1),
  mul: multiplication,
  rsub: reversedSubtraction,
  true_divide: op('self other', (args) =>
    combine(args.context, args.at(0) ?? null, args.at(1) ?? null, elementwise('div'), true),
  ),
  div: op('self other rounding_mode', (args) => {
    const mode = args.string(2, '');
    const a = args.at(0);
    const b = args.at(1);
    if (isNumber(a) && isNumber(b)) return Number(a) / Number(b);
    if (isComplex(a ?? null)) return divideComplex(args, a ?? null, b ?? null);
    if (mode === 'floor') return combine(args.context, a ?? null, b ?? null, floorQuotient, false);
    if (mode === 'trunc') return combine(args.context, a ?? null, b ?? null, truncatedQuotient, false);
    if (mode !== '') throw new OperationError(`the rounding mode "${mode}" is not supported`);
    return combine(args.context, a ?? null, b ?? null, elementwise('div'), true);
  }),
  floordiv: binary('floordiv', floorDivide, floorQuotient),
  floor_divide: binary('floor_divide', floorDivide, floorQuotient),
  remainder: binary('remainder', modulo, remainder),
  pow: binary('pow', Math.pow, power, { keepsInts: false }),
  maximum: binary('maximum', Math.max, elementwise('max')),
  minimum: binary('minimum', Math.min, elementwise('min')),
  'prim::max': op('self other', (args) => reduceScalars(args, 'max')),
  'prim::min': op('self other', (args) => reduceScalars(args, 'min')),
  neg: unary('neg', (x) => -x, { exact: true }),
  'prim::abs': unary('abs', Math.abs, { exact: true }),
  sign: unary('sign', Math.sign, { exact: true }),
  ceil: unary('ceil', Math.ceil, { toInt: true }),
  floor: unary('floor', Math.floor, { toInt: true }),
  round: op('self decimals', (args) => {
    const decimals = args.int(1, 0);
    if (decimals === 0) return rounding.run(args);
    const { context } = args;
    const x = args.real(0);
    const factor = toReal(context, 10 ** decimals, x.type);
    const whole = context.algebra.unary('round', context.algebra.binary('mul', x, factor));
    return Tensor.of(context.algebra.binary('div', whole, factor));
  }),
  exp: unary('exp', Math.exp),
  log: op('self base', (args) =>
    args.has(1) ? Math.log(args.float(0)) / Math.log(args.float(1)) : logarithm.run(args),
  ),
  sqrt: unary('sqrt', Math.sqrt),
  sin: unary('sin', Math.sin),
  cos: unary('cos', Math.cos),
  tan: unary('tan', Math.tan),
  asin: unary('asin', Math.asin),
  arcsin: unary('asin', Math.asin),
  acos: unary('acos', Math.acos),
  arccos: unary('acos', Math.acos),
  arctan: unary('atan', Math.atan),
  atan: unary('atan', Math.atan),
  tanh: unary('tanh', Math.tanh),
  sigmoid: unary('sigmoid', (x) => 1 / (1 + Math.exp(-x))),
  relu: unary('relu', (x) => Math.max(0, x), { exact: true }),
  erf: unary('erf', UNARY.erf.apply),
  reciprocal: unary('reciprocal', (x) => 1 / x),
  eq: equality(true),
  ne: equality(false),
  lt: comparison('lt', (a, b) => a < b),
  le: comparison('le', (a, b) => a <= b),
  gt: comparison('gt', (a, b) => a > b),
  ge: comparison('ge', (a, b) => a >= b),
  __not__: negation,
  logical_not: negation,
  bitwise_not: onBooleans(negation),
  __and__: onBooleans(logical('and')),
  __or__: onBooleans(logical('or')),
  logical_and: logical('and'),
  logical_or: logical('or'),
  bitwise_and: onBooleans(logical('and')),
  bitwise_or: onBooleans(logical('or')),
  __xor__: onBooleans(exclusiveOr),
  bitwise_xor: onBooleans(exclusiveOr),
  logical_xor: exclusiveOr,
  __is__: op('self other', (args) => (args.at(0) ?? null) === (args.at(1) ?? null)),
  __isnot__: op('self other', (args) => (args.at(0) ?? null) !== (args.at(1) ?? null)),
};
