import { Changes } from '../changes.js';
import {
  type Attributes,
  DATA_TYPES,
  type ElementType,
  elementCount,
  float,
  type Graph,
  int,
  ints,
} from '../../../../onnx/graph.js';
import {
  allocate,
  broadcastShapes,
  checkSize,
  type Concrete,
  concrete,
  filled,
  type Real,
  sameShape,
  scalar,
  type Symbolic,
  symbolic,
  toValue,
} from './content.js';
import { BINARY, type BinaryName, type BinaryRule, UNARY, type UnaryName } from './elementwise.js';
import {
  binaryKernel,
  castKernel,
  concatKernel,
  cumulateKernel,
  expandKernel,
  gatherKernel,
  reduceKernel,
  sliceKernel,
  transposeKernel,
  unaryKernel,
  whereKernel,
  writeSliceKernel,
} from './kernels.js';

export type Reduction = 'sum' | 'mean' | 'max' | 'min' | 'prod';

const REDUCTIONS: Readonly<
  Record<Reduction, { onnx: string; initial: number; apply: (a: number, b: number) => number }>
> = {
  sum: { onnx: 'ReduceSum', initial: 0, apply: (a, b) => a + b },
  mean: { onnx: 'ReduceMean', initial: 0, apply: (a, b) => a + b },
  max: { onnx: 'ReduceMax', initial: -Infinity, apply: Math.max },
  min: { onnx: 'ReduceMin', initial: Infinity, apply: Math.min },
  prod: { onnx: 'ReduceProd', initial: 1, apply: (a, b) => a * b },
};

/** Operators that onnxruntime has for float32 alone on the CPU: of float64 they are computed in float32. */
const FLOAT32_ONLY: ReadonlySet<string> = new Set([
  'Acos',
  'Asin',
  'Atan',
  'Conv',
  'ConvTranspose',
  'Erf',
  'GRU',
  'LSTM',
  'LeakyRelu',
  'RNN',
  'Softplus',
  'Tan',
]);

/**
 * Operations on tensors that may be known or not: known ones are computed at once, the others become nodes of
 * the graph. Axes are counted from 0, shapes are checked by the caller; misfits throw RangeError.
 */
export class Algebra {
  /** Of tensors, and of the program's other objects. */
  readonly changes = new Changes();

  constructor(readonly graph: Graph) {}

  private emit(
    op: string,
    inputs: readonly Real[],
    shape: readonly number[],
    attributes: Attributes = {},
    type: ElementType = inputs[0]?.type ?? 'float32',
  ): Symbolic {
    checkSize(elementCount(shape));
    if (FLOAT32_ONLY.has(op) && inputs.some((input) => input.type === 'float64')) {
      const narrowed = inputs.map((input) =>
        input.type === 'float64' ? this.cast(input, 'float32') : input,
      );
      const result = this.emit(op, narrowed, shape, attributes, type === 'float64' ? 'float32' : type);
      return this.cast(result, type) as Symbolic;
    }
    const values = inputs.map((input) => toValue(this.graph, input));
    return symbolic(this.graph.add(op, values, shape, attributes, type));
  }

  /** A node with trailing inputs of integers, as ONNX gives shapes and axes. */
  private emitWith(
    op: string,
    x: Real,
    vectors: readonly (readonly number[])[],
    shape: readonly number[],
    attributes: Attributes = {},
  ): Symbolic {
    checkSize(elementCount(shape));
    const inputs = [toValue(this.graph, x), ...vectors.map((vector) => this.graph.integers(vector))];
    return symbolic(this.graph.add(op, inputs, shape, attributes, x.type));
  }

  /** An elementwise function of one tensor. */
  unary(name: UnaryName, x: Real): Real {
    const rule = UNARY[name];
    if (x.kind === 'concrete') return unaryKernel(x, x.type, rule.apply);
    return this.emit(rule.onnx, [x], x.shape);
  }

  /** Both operands have one element type. */
  binary(name: BinaryName, a: Real, b: Real): Real {
    const rule: BinaryRule = BINARY[name];
    const type = rule.logical === true ? 'bool' : a.type;
    if (a.kind === 'concrete' && b.kind === 'concrete') return binaryKernel(a, b, type, rule.apply);
    return this.emit(rule.onnx, [a, b], broadcastShapes(a.shape, b.shape), {}, type);
  }

  /** x where it is positive, else `slope` · x. */
  leakyRelu(x: Real, slope: number): Real {
    if (x.kind === 'concrete') return unaryKernel(x, x.type, (v) => (v < 0 ? v * slope : v));
    return this.emit('LeakyRelu', [x], x.shape, { alpha: float(slope) });
  }

  /** Each element clamped to `low`..`high`; null leaves that side open. */
  clip(x: Real, low: number | null, high: number | null): Real {
    let result = x;
    if (low !== null) result = this.binary('max', result, scalar(x.type, low));
    if (high !== null) result = this.binary('min', result, scalar(x.type, high));
    return result;
  }

  /** `a` where the condition holds, else `b`, after broadcasting. */
  where(condition: Real, a: Real, b: Real): Real {
    if (condition.kind === 'concrete' && a.kind === 'concrete' && b.kind === 'concrete') {
      return whereKernel(condition, a, b);
    }
    const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
    // onnxruntime has none for truth values.
    if (a.type === 'bool')
      return this.cast(this.where(condition, this.cast(a, 'int32'), this.cast(b, 'int32')), 'bool');
    return this.emit('Where', [condition, a, b], shape, {}, a.type);
  }

  /** Conversion to another element type, as torch does it. */
  cast(x: Real, type: ElementType): Real {
    if (x.type === type) return x;
    if (x.kind === 'concrete') return castKernel(x, type);
    return this.emit('Cast', [x], x.shape, { to: int(DATA_TYPES[type]) }, type);
  }

  /** The elements in row-major order, under another shape of as many elements. */
  reshape(x: Real, shape: readonly number[]): Real {
    if (sameShape(x.shape, shape)) return x;
    if (x.kind === 'concrete') return concrete(x.type, shape, x.data);
    return this.emitWith('Reshape', x, [shape], shape, { allowzero: int(1) });
  }

  /** A tensor whose axis `i` is axis `order[i]` of `x`. */
  transpose(x: Real, order: readonly number[]): Real {
    if (order.every((axis, position) => axis === position)) return x;
    if (x.kind === 'concrete') return transposeKernel(x, order);
    const shape = order.map((axis) => x.shape[axis] ?? 1);
    return this.emit('Transpose', [x], shape, { perm: ints(order) });
  }

  /** `length` elements from `start` by `step` (not 0) along an axis, all in range. */
  slice(x: Real, axis: number, start: number, length: number, step = 1): Real {
    if (step === 1 && start === 0 && length === x.shape[axis]) return x;
    if (x.kind === 'concrete') return sliceKernel(x, axis, start, length, step);
    const shape = x.shape.map((size, index) => (index === axis ? length : size));
    if (length === 0) return filled(x.type, shape, 0);
    const last = start + (length - 1) * step;
    // Running backwards, the end is exclusive, and -1 would mean the last element.
    const end = step > 0 ? last + 1 : last === 0 ? Number.MIN_SAFE_INTEGER : last - 1;
    return this.emitWith('Slice', x, [[start], [end], [axis], [step]], shape);
  }

  /** `base` with `part` written over the slice that starts at `start`. */
  writeSlice(base: Real, part: Real, axis: number, start: number, step: number): Real {
    if (sameShape(base.shape, part.shape) && step === 1) return part;
    if (base.kind === 'concrete' && part.kind === 'concrete') {
      return writeSliceKernel(base, part, axis, start, step);
    }
    const size = base.shape[axis] ?? 0;
    const count = part.shape[axis] ?? 0;
    if (step === 1) {
      const end = start + count;
      return this.concat(
        [this.slice(base, axis, 0, start), part, this.slice(base, axis, end, size - end)],
        axis,
      );
    }
    const indices = concrete('int64', [size], allocate('int64', size));
    for (let row = 0; row < size; row += 1) {
      const written = (row - start) / step;
      const isWritten = Number.isInteger(written) && written >= 0 && written < count;
      indices.data[row] = isWritten ? size + written : row;
    }
    return this.gather(this.concat([base, part], axis), indices, axis);
  }

  /** Tensors one after the other along an axis. */
  concat(parts: readonly Real[], axis: number): Real {
    const used = parts.filter((part) => elementCount(part.shape) > 0);
    const [first] = used;
    if (first === undefined) return parts[0] ?? filled('float32', [0], 0);
    if (used.length === 1) return first;
    const shape = [...first.shape];
    shape[axis] = used.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
    if (used.every((part): part is Concrete => part.kind === 'concrete')) {
      return concatKernel(used, axis, shape);
    }
    return this.emit('Concat', used, shape, { axis: int(axis) }, first.type);
  }

  /** A tensor repeated to `shape` by the rules of broadcasting. */
  expand(x: Real, shape: readonly number[]): Real {
    if (sameShape(x.shape, shape)) return x;
    if (x.kind === 'concrete') return expandKernel(x, shape);
    return this.emitWith('Expand', x, [shape], shape);
  }

  /** A tensor repeated along each axis. */
  tile(x: Real, repeats: readonly number[]): Real {
    checkSize(elementCount(x.shape) * elementCount(repeats));
    checkSize(elementCount(repeats));
    let result = x;
    for (const [axis, count] of repeats.entries()) {
      if (count !== 1) result = this.concat(new Array<Real>(count).fill(result), axis);
    }
    return result;
  }

  /** Elements added before and after along one axis. */
  pad(x: Real, axis: number, before: number, after: number, value: number): Real {
    const block = (length: number): Concrete =>
      filled(
        x.type,
        x.shape.map((size, index) => (index === axis ? length : size)),
        value,
      );
    const cropStart = Math.max(0, -before);
    const length = (x.shape[axis] ?? 0) - cropStart - Math.max(0, -after);
    if (length < 0) throw new RangeError('more is cropped than there is');
    const kept = this.slice(x, axis, cropStart, length);
    return this.concat([block(Math.max(0, before)), kept, block(Math.max(0, after))], axis);
  }

  /** Folds `axes`, which stay with size 1. */
  reduce(kind: Reduction, x: Real, axes: readonly number[]): Real {
    const rule = REDUCTIONS[kind];
    const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
    if (x.kind === 'concrete') {
      const folded = reduceKernel(x, axes, rule.initial, rule.apply);
      return kind === 'mean' ? unaryKernel(folded, folded.type, (v) => v / count) : folded;
    }
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    return this.emitWith(rule.onnx, x, [axes], shape, { keepdims: int(1) });
  }

  /** Positions of the first largest (or smallest) element along an axis, which stays with size 1. */
  argExtreme(kind: 'max' | 'min', x: Real, axis: number): Real {
    const shape = x.shape.map((size, index) => (index === axis ? 1 : size));
    const op = kind === 'max' ? 'ArgMax' : 'ArgMin';
    return this.emit(op, [x], shape, { axis: int(axis), keepdims: int(1) }, 'int64');
  }

  /** Rows of `x` along an axis, by a tensor of indices. */
  gather(x: Real, indices: Real, axis: number): Real {
    if (x.kind === 'concrete' && indices.kind === 'concrete') return gatherKernel(x, indices, axis);
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return this.emit('Gather', [x, indices], shape, { axis: int(axis) });
  }

  /** The running sum along an axis. */
  cumulativeSum(x: Real, axis: number): Real {
    if (x.kind === 'concrete') return cumulateKernel(x, axis, (a, b) => a + b);
    return this.emit('CumSum', [x, scalar('int64', axis)], x.shape);
  }

  /** ONNX has no running product: one multiplication for each element along the axis. */
  cumulativeProduct(x: Real, axis: number): Real {
    if (x.kind === 'concrete') return cumulateKernel(x, axis, (a, b) => a * b);
    const rows: Real[] = [];
    for (let row = 0; row < (x.shape[axis] ?? 0); row += 1) {
      const previous = rows[row - 1];
      const current = this.slice(x, axis, row, 1);
      rows.push(previous === undefined ? current : this.binary('mul', previous, current));
    }
    return this.concat(rows, axis);
  }

  /** The matrix product over the last two axes, with broadcasting of the others. */
  matmul(a: Real, b: Real): Real {
    const [rows, inner] = a.shape.slice(-2);
    const [depth, columns] = b.shape.slice(-2);
    if (rows === undefined || columns === undefined || inner !== depth) {
      throw new RangeError(`[${a.shape.join(', ')}] cannot be multiplied by [${b.shape.join(', ')}]`);
    }
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return this.emit('MatMul', [a, b], [...batch, rows, columns]);
  }

  /** An operator of ONNX with several outputs, always as a node. An input may be left out. */
  nodes(
    op: string,
    inputs: readonly (Real | null)[],
    outputs: readonly { readonly type: ElementType; readonly shape: readonly number[] }[],
    attributes: Attributes,
  ): readonly Real[] {
    for (const { shape } of outputs) checkSize(elementCount(shape));
    const narrow = FLOAT32_ONLY.has(op) && inputs.some((input) => input?.type === 'float64');
    const values = inputs.map((input) => {
      const used = narrow && input?.type === 'float64' ? this.cast(input, 'float32') : input;
      return used === null ? null : toValue(this.graph, used);
    });
    const made = outputs.map(
      ({ type, shape }) => ({ type: narrow && type === 'float64' ? 'float32' : type, shape }) as const,
    );
    return this.graph
      .addOutputs(op, values, made, attributes)
      .map((value, index) => this.cast(symbolic(value), outputs[index]?.type ?? value.type));
  }

  /** A known integer without dimensions. */
  integer(value: number): Concrete {
    return scalar('int64', value);
  }

  /** Any other operator of ONNX, always as a node. */
  node(op: string, inputs: readonly Real[], shape: readonly number[], attributes: Attributes): Real {
    return this.emit(op, inputs, shape, attributes);
  }
}
