import {
  type ConstantData,
  type ElementType,
  elementCount,
  type Graph,
  type Value,
} from '../../../../onnx/graph.js';
import type { StoredTensor } from '../../../../torchscript/tensors.js';

/** A tensor whose values are known at import time. Integers are stored as doubles. */
export interface Concrete {
  readonly kind: 'concrete';
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: NumberArray;
}

/** A tensor whose values are only known when the graph runs. */
export interface Symbolic {
  readonly kind: 'symbolic';
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly value: Value;
}

export type Real = Concrete | Symbolic;

/** A complex tensor, as its real and imaginary part. */
export interface Complex {
  readonly kind: 'complex';
  readonly type: 'complex64';
  readonly shape: readonly number[];
  readonly re: Real;
  readonly im: Real;
}

export type Content = Real | Complex;
export type TensorType = ElementType | 'complex64';
export type NumberArray = Float32Array | Float64Array | Uint8Array;

/** Most elements of one tensor that the program creates; the largest buffers of real models have a million. */
const MAX_CREATED_ELEMENTS = 2 ** 25;
/** Limit for all tensors computed at import time together, counted as float32: the largest models fold some 40 million. */
const MAX_COMPUTED_ELEMENTS = 2 ** 27;
/** Memory per element relative to float32: integers are held as doubles, and once more as constants of the graph. */
const RELATIVE_SIZE: Readonly<Record<ElementType, number>> = {
  float32: 1,
  bool: 1,
  float64: 2,
  int32: 4,
  int64: 4,
};

/** Whether a type holds integers; bool is none. */
export function isInteger(type: TensorType): boolean {
  return type === 'int64' || type === 'int32';
}

/** Whether a type holds real numbers. */
export function isFloat(type: TensorType): type is 'float32' | 'float64' {
  return type === 'float32' || type === 'float64';
}

/** Elements computed since `resetElementBudget`. Evaluation is synchronous, so one counter is enough. */
let computedElements = 0;

/** Resets the counter of `chargeElements`; call before each evaluation. */
export function resetElementBudget(): void {
  computedElements = 0;
}

/** @throws RangeError when a shape has more elements than any real model's tensors */
export function checkSize(count: number): void {
  if (!(count <= MAX_CREATED_ELEMENTS)) throw new RangeError(`a tensor of ${count} elements is too large`);
}

/**
 * Charges elements that are created or visited to the budget of the evaluation.
 * @throws RangeError when one tensor or the whole evaluation exceeds its limit
 */
export function chargeElements(count: number, type: ElementType = 'float32'): void {
  checkSize(count);
  computedElements += count * RELATIVE_SIZE[type];
  if (computedElements > MAX_COMPUTED_ELEMENTS)
    throw new RangeError('the program computes more values at import time than any known model');
}

/** An array for `count` elements of a type. @throws RangeError as `chargeElements` does */
export function allocate(type: ElementType, count: number): NumberArray {
  chargeElements(count, type);
  if (type === 'float32') return new Float32Array(count);
  return type === 'bool' ? new Uint8Array(count) : new Float64Array(count);
}

/** A tensor of known values. @param data in row-major order, one number per element */
export function concrete(type: ElementType, shape: readonly number[], data: NumberArray): Concrete {
  return { kind: 'concrete', type, shape, data };
}

/** A tensor that has one value everywhere. @throws RangeError as `chargeElements` does */
export function filled(type: ElementType, shape: readonly number[], value: number): Concrete {
  return concrete(type, shape, allocate(type, elementCount(shape)).fill(value));
}

/** A tensor of rank 0. */
export function scalar(type: ElementType, value: number): Concrete {
  return filled(type, [], value);
}

/** A tensor of the archive. Float32 data is shared with the file's buffer and must not be written. */
export function fromStored(stored: StoredTensor): Concrete {
  const { shape, data } = stored;
  switch (stored.type) {
    case 'float64':
      return concrete('float64', shape, Float64Array.from(data as Float64Array));
    case 'float32':
    case 'float16':
    case 'bfloat16':
      return concrete('float32', shape, data as Float32Array);
    case 'bool':
      return concrete('bool', shape, data as Uint8Array);
    case 'int64':
    case 'int32':
    case 'int16':
    case 'int8':
    case 'uint8': {
      const numbers = new Float64Array(data.length);
      for (let i = 0; i < data.length; i += 1) numbers[i] = Number(data[i]);
      return concrete(stored.type === 'int32' ? 'int32' : 'int64', shape, numbers);
    }
  }
}

/** The value as a graph sees it; concrete ones become constants. */
export function toValue(graph: Graph, content: Real): Value {
  if (content.kind === 'symbolic') return content.value;
  return graph.constant(content.type, content.shape, toConstantData(content));
}

function toConstantData({ type, data }: Concrete): ConstantData {
  switch (type) {
    case 'int64':
      return BigInt64Array.from(data, (value) => BigInt(Math.trunc(value)));
    case 'int32':
      return Int32Array.from(data);
    case 'float32':
    case 'float64':
    case 'bool':
      return data;
  }
}

/** A tensor that a graph computes. */
export function symbolic(value: Value): Symbolic {
  return { kind: 'symbolic', type: value.type, shape: value.shape, value };
}

/** Shape of an elementwise result, by the rules torch and ONNX share. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis += 1) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new RangeError(`shapes [${a.join(', ')}] and [${b.join(', ')}] do not fit each other`);
    }
    shape.push(left === 1 ? right : left);
  }
  return shape;
}

/** Whether two shapes have the same rank and sizes. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}
