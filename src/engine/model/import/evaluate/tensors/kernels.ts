import { type ElementType, elementCount } from '../../../../onnx/graph.js';
import {
  allocate,
  broadcastShapes,
  type Concrete,
  concrete,
  isInteger,
  sameShape,
  chargeElements,
  stridesOf,
} from './content.js';

/** Reference implementations of operations on known values, used for constant folding. */

/** Calls `visit(output, source)` for each element of `shape`, walking a source by its own strides. */
function walk(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  visit: (output: number, source: number) => void,
): void {
  const count = elementCount(shape);
  const index = new Array<number>(shape.length).fill(0);
  let source = offset;
  for (let output = 0; output < count; output += 1) {
    visit(output, source);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const size = shape[axis] ?? 1;
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      source += stride;
      if (next < size) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      source -= size * stride;
    }
  }
}

function broadcastStrides(from: readonly number[], to: readonly number[]): readonly number[] {
  const strides = stridesOf(from);
  return to.map((_, axis) => {
    const source = axis - to.length + from.length;
    return source < 0 || from[source] === 1 ? 0 : (strides[source] ?? 0);
  });
}

/** A tensor repeated to `shape` by the rules of broadcasting. */
export function expandKernel(x: Concrete, shape: readonly number[]): Concrete {
  if (sameShape(x.shape, shape)) return x;
  const out = allocate(x.type, elementCount(shape));
  walk(shape, broadcastStrides(x.shape, shape), 0, (to, from) => {
    out[to] = x.data[from] ?? 0;
  });
  return concrete(x.type, shape, out);
}

/** A tensor of type `type` with `f` of each element. */
export function unaryKernel(x: Concrete, type: ElementType, f: (value: number) => number): Concrete {
  const out = allocate(type, x.data.length);
  for (let i = 0; i < out.length; i += 1) out[i] = f(x.data[i] ?? 0);
  return concrete(type, x.shape, out);
}

/**
 * A tensor of type `type` with `f` of each pair of elements, after broadcasting.
 * @throws RangeError for shapes that do not fit
 */
export function binaryKernel(
  a: Concrete,
  b: Concrete,
  type: ElementType,
  f: (left: number, right: number) => number,
): Concrete {
  const shape = broadcastShapes(a.shape, b.shape);
  const left = expandKernel(a, shape).data;
  const right = expandKernel(b, shape).data;
  const out = allocate(type, elementCount(shape));
  for (let i = 0; i < out.length; i += 1) out[i] = f(left[i] ?? 0, right[i] ?? 0);
  return concrete(type, shape, out);
}

/** `a` where `condition` is not 0, else `b`, after broadcasting; of the type of `a`. */
export function whereKernel(condition: Concrete, a: Concrete, b: Concrete): Concrete {
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
  const chosen = expandKernel(condition, shape).data;
  const left = expandKernel(a, shape).data;
  const right = expandKernel(b, shape).data;
  const out = allocate(a.type, elementCount(shape));
  for (let i = 0; i < out.length; i += 1) out[i] = (chosen[i] === 0 ? right[i] : left[i]) ?? 0;
  return concrete(a.type, shape, out);
}

/** Conversion between element types, as torch does it: floats are truncated to integers. */
export function castKernel(x: Concrete, type: ElementType): Concrete {
  if (x.type === type) return x;
  if (type === 'bool') return unaryKernel(x, type, (value) => (value === 0 ? 0 : 1));
  return unaryKernel(x, type, isInteger(type) ? toInteger : (value) => value);
}

function toInteger(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be converted to an integer`);
  return Math.trunc(value);
}

/** A tensor whose axis `i` is axis `order[i]` of `x`. */
export function transposeKernel(x: Concrete, order: readonly number[]): Concrete {
  const strides = stridesOf(x.shape);
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  const out = allocate(x.type, x.data.length);
  const walked = order.map((axis) => strides[axis] ?? 0);
  walk(shape, walked, 0, (to, from) => {
    out[to] = x.data[from] ?? 0;
  });
  return concrete(x.type, shape, out);
}

/** `length` elements along an axis from `start` by `step`, which may be negative. */
export function sliceKernel(
  x: Concrete,
  axis: number,
  start: number,
  length: number,
  step: number,
): Concrete {
  const strides = [...stridesOf(x.shape)];
  const shape = [...x.shape];
  const offset = start * (strides[axis] ?? 0);
  strides[axis] = (strides[axis] ?? 0) * step;
  shape[axis] = length;
  const out = allocate(x.type, elementCount(shape));
  walk(shape, strides, offset, (to, from) => {
    out[to] = x.data[from] ?? 0;
  });
  return concrete(x.type, shape, out);
}

/** A copy of `base` with `part` written over the slice that `sliceKernel` would read. */
export function writeSliceKernel(
  base: Concrete,
  part: Concrete,
  axis: number,
  start: number,
  step: number,
): Concrete {
  const strides = [...stridesOf(base.shape)];
  const offset = start * (strides[axis] ?? 0);
  strides[axis] = (strides[axis] ?? 0) * step;
  const out = allocate(base.type, base.data.length);
  out.set(base.data);
  walk(part.shape, strides, offset, (from, to) => {
    out[to] = part.data[from] ?? 0;
  });
  return concrete(base.type, base.shape, out);
}

/** Tensors one after the other along an axis. @param shape of the result */
export function concatKernel(parts: readonly Concrete[], axis: number, shape: readonly number[]): Concrete {
  const [first] = parts;
  if (first === undefined) throw new RangeError('there are no tensors to concatenate');
  const out = allocate(first.type, elementCount(shape));
  const inner = elementCount(shape.slice(axis + 1));
  const outer = elementCount(shape.slice(0, axis));
  let position = 0;
  for (let row = 0; row < outer; row += 1) {
    for (const part of parts) {
      const run = (part.shape[axis] ?? 0) * inner;
      out.set(part.data.subarray(row * run, (row + 1) * run), position);
      position += run;
    }
  }
  return concrete(first.type, shape, out);
}

/** Folds the elements along `axes` (kept with size 1) in row-major order. */
export function reduceKernel(
  x: Concrete,
  axes: readonly number[],
  initial: number,
  f: (accumulator: number, value: number) => number,
): Concrete {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const strides = stridesOf(shape).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  chargeElements(x.data.length);
  const sums = new Float64Array(elementCount(shape)).fill(initial);
  walk(x.shape, strides, 0, (from, to) => {
    sums[to] = f(sums[to] ?? initial, x.data[from] ?? 0);
  });
  const out = allocate(x.type, sums.length);
  out.set(sums);
  return concrete(x.type, shape, out);
}

/** Rows `indices` along an axis. */
export function gatherKernel(x: Concrete, indices: Concrete, axis: number): Concrete {
  const inner = elementCount(x.shape.slice(axis + 1));
  const outer = elementCount(x.shape.slice(0, axis));
  const rows = x.shape[axis] ?? 1;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const out = allocate(x.type, elementCount(shape));
  let position = 0;
  for (let block = 0; block < outer; block += 1) {
    for (const raw of indices.data) {
      const row = raw < 0 ? raw + rows : raw;
      if (row < 0 || row >= rows) throw new RangeError(`index ${raw} is out of range`);
      const from = (block * rows + row) * inner;
      out.set(x.data.subarray(from, from + inner), position);
      position += inner;
    }
  }
  return concrete(x.type, shape, out);
}

/** Running sum or product along an axis. */
export function cumulateKernel(
  x: Concrete,
  axis: number,
  f: (accumulator: number, value: number) => number,
): Concrete {
  const stride = stridesOf(x.shape)[axis] ?? 1;
  const size = x.shape[axis] ?? 1;
  const out = allocate(x.type, x.data.length);
  for (let i = 0; i < out.length; i += 1) {
    const value = x.data[i] ?? 0;
    const first = Math.floor(i / stride) % size === 0;
    out[i] = first ? value : f(out[i - stride] ?? 0, value);
  }
  return concrete(x.type, x.shape, out);
}
