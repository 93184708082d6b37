import type { ElementType } from '../../../../onnx/graph.js';
import type { Algebra } from '../tensors/algebra.js';
import {
  type Complex,
  type Content,
  filled,
  isFloat,
  isInteger,
  type Real,
  scalar,
} from '../tensors/content.js';
import { type Context, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { describe, type ScriptValue } from '../values.js';

/** torch's numbers of element types (`c10::ScalarType`), as far as Tiller knows them. */
const SCALAR_TYPES: Readonly<Record<number, ElementType>> = {
  0: 'int64',
  1: 'int64',
  2: 'int64',
  3: 'int32',
  4: 'int64',
  5: 'float32',
  6: 'float32',
  7: 'float64',
  11: 'bool',
  15: 'float32',
};

export function elementType(code: number): ElementType {
  const type = SCALAR_TYPES[code];
  if (type === undefined) throw new OperationError(`the element type number ${code} is not supported`);
  return type;
}

/** The number that `ops.prim.dtype` gives for a type. */
export function typeCode(content: Content): bigint {
  const codes: Readonly<Record<Content['type'], bigint>> = {
    float32: 6n,
    float64: 7n,
    int64: 4n,
    int32: 3n,
    bool: 11n,
    complex64: 9n,
  };
  return codes[content.type];
}

function category(type: ElementType): number {
  if (type === 'bool') return 0;
  return isInteger(type) ? 1 : 2;
}

/** Between types of one category the wider wins; between categories the higher. */
function wider(a: ElementType, b: ElementType): ElementType {
  if (category(a) !== category(b)) return category(a) > category(b) ? a : b;
  return a === 'float64' || b === 'float64' ? 'float64' : a === 'int64' ? a : b;
}

function scalarType(value: ScriptValue): ElementType {
  if (typeof value === 'number') return 'float32';
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'boolean') return 'bool';
  throw new OperationError(`${describe(value)} stands where a number or tensor belongs`);
}

/**
 * The type in which torch computes with these operands: tensors with dimensions decide within a category, then
 * tensors without, then plain numbers.
 */
export function resultType(context: Context, operands: readonly ScriptValue[]): ElementType {
  const levels: (ElementType | null)[] = [null, null, null];
  for (const operand of operands) {
    const level = operand instanceof Tensor ? (operand.shape.length > 0 ? 0 : 1) : 2;
    const type = operand instanceof Tensor ? context.readReal(operand).type : scalarType(operand);
    const known = levels[level] ?? null;
    levels[level] = known === null ? type : wider(known, type);
  }
  let result: ElementType | null = null;
  for (const type of levels) {
    if (type !== null && (result === null || category(type) > category(result))) result = type;
  }
  return result ?? 'float32';
}

/** An operand as a tensor of the given type. */
export function toReal(context: Context, operand: ScriptValue, type: ElementType): Real {
  if (operand instanceof Tensor) return context.algebra.cast(context.readReal(operand), type);
  if (typeof operand === 'number' || typeof operand === 'bigint' || typeof operand === 'boolean') {
    return scalar(type, Number(operand));
  }
  throw new OperationError(`${describe(operand)} stands where a number or tensor belongs`);
}

/** Operands as tensors of the type in which torch computes with them; as floats where that is asked for. */
export function combineAll(
  context: Context,
  operands: readonly ScriptValue[],
  floats = false,
): readonly Real[] {
  const common = resultType(context, operands);
  const type = floats ? floatType(common) : common;
  return operands.map((operand) => toReal(context, operand, type));
}

/** Whether a value is a complex tensor. */
export function isComplex(operand: ScriptValue): operand is Tensor {
  return operand instanceof Tensor && operand.type === 'complex64';
}

/** An operand as a complex tensor. */
export function toComplex(context: Context, operand: ScriptValue): Complex {
  if (isComplex(operand)) {
    const content = context.read(operand);
    if (content.kind === 'complex') return content;
  }
  const re = toReal(context, operand, 'float32');
  return complex(re, filled('float32', re.shape, 0));
}

/** A complex tensor of a real and an imaginary part of one shape. */
export function complex(re: Real, im: Real): Complex {
  return { kind: 'complex', type: 'complex64', shape: re.shape, re, im };
}

/** Whether every value of a tensor is known to be 0. */
export function isZero(x: Real): boolean {
  return x.kind === 'concrete' && x.data.every((value) => value === 0);
}

/** (a + ib)(c + id), leaving out what is known to be zero. */
export function multiplyComplex(algebra: Algebra, x: Complex, y: Complex): Complex {
  const product = (a: Real, b: Real): Real | null =>
    isZero(a) || isZero(b) ? null : algebra.binary('mul', a, b);
  const ac = product(x.re, y.re);
  const bd = product(x.im, y.im);
  const ad = product(x.re, y.im);
  const bc = product(x.im, y.re);
  const re =
    ac !== null && bd !== null ? algebra.binary('sub', ac, bd) : (ac ?? (bd && algebra.unary('neg', bd)));
  const im = ad !== null && bc !== null ? algebra.binary('add', ad, bc) : (ad ?? bc);
  const shape = (re ?? im ?? x.re).shape;
  return complex(re ?? filled('float32', shape, 0), im ?? filled('float32', shape, 0));
}

/** The type a mathematical function computes in: integers become float32. */
export function floatType(type: ElementType): ElementType {
  return isFloat(type) ? type : 'float32';
}
