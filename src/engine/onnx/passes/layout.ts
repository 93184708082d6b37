import {
  type ConstantData,
  type DerivedData,
  elementCount,
  type Graph,
  ints,
  type Node,
  type Value,
} from '../graph.js';
import { reshape } from './nodes.js';

/**
 * The order in which a tensor's axes are stored: stored axis i is the tensor's axis `order[i]`. The batch stays
 * in front, and a batch of one is left out, so that a signal of one side is a matrix.
 */
export type Order = readonly number[];

/** [batch, channels, time] stored as rows of channels. */
export const CHANNELS_LAST: Order = [0, 2, 1];

/** Whether the stored tensor omits the batch axis: a batch of one. */
export function omitsBatch(shape: readonly number[]): boolean {
  return shape[0] === 1;
}

/** The shape of what is stored. */
export function storedShape(shape: readonly number[], order: Order): readonly number[] {
  const sizes = order.map((axis) => shape[axis] ?? 1);
  return omitsBatch(shape) ? sizes.slice(1) : sizes;
}

/** The stored axis in which a tensor's axis lies; -1 for a batch that is left out. */
export function storedAxis(shape: readonly number[], order: Order, axis: number): number {
  return order.indexOf(axis) - (omitsBatch(shape) ? 1 : 0);
}

/** The usual order for a rank: axis 1, the channels, comes last. */
export function channelsLast(rank: number): Order {
  return [0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), 1];
}

const plainOrder = (rank: number): Order => Array.from({ length: rank }, (_, axis) => axis);

const sameOrder = (a: Order, b: Order): boolean => a.join() === b.join();

const memory = new WeakMap<ConstantData, Map<string, DerivedData>>();

/**
 * Weights in another arrangement, the same object for the same array and key: the variants of a model share them.
 */
export function rearranged(
  source: ConstantData,
  key: string,
  length: number,
  fill: (out: Float32Array) => void,
): DerivedData {
  const known = memory.get(source) ?? new Map<string, DerivedData>();
  memory.set(source, known);
  const result = known.get(key) ?? { length, fill };
  known.set(key, result);
  return result;
}

/** A stored tensor. */
export interface Form {
  readonly order: Order;
  readonly value: Value;
}

/** A stored tensor whose last axes, from `first` on, are the columns of a product that can give them in any order. */
export interface Columns {
  readonly first: number;
  /** The product's [rows, columns], column `order[i]` at i. */
  readonly inOrder: (order: readonly number[]) => Value;
}

/**
 * The layouts in which each value [batch, channels, time, …] exists, as [time, …, channels] or another order. Further
 * layouts are created on demand.
 */
export class Layouts {
  private readonly forms = new Map<Value, Form[]>();
  private readonly computedPlain = new Set<Value>();
  private readonly columns = new Map<Value, Columns>();

  constructor(private readonly graph: Graph) {}

  /** Marks a value as computed in its plain layout. */
  keep(value: Value): void {
    this.computedPlain.add(value);
  }

  /** Says in which form the value exists. */
  replace(value: Value, order: Order, stored: Value): void {
    this.forms.set(value, [...(this.forms.get(value) ?? []), { order, value: stored }]);
  }

  setColumns(stored: Value, columns: Columns): void {
    this.columns.set(stored, columns);
  }

  columnsOf(stored: Value): Columns | undefined {
    return this.columns.get(stored);
  }

  /** The form in which the value was first computed; undefined where that is the plain layout. */
  formOf(value: Value): Form | undefined {
    return this.forms.get(value)?.[0];
  }

  has(value: Value): boolean {
    return this.forms.has(value);
  }

  /** The value in a form. */
  stored(value: Value, order: Order): Value {
    const known = this.forms.get(value)?.find((form) => sameOrder(form.order, order));
    if (known !== undefined) return known.value;
    const result =
      value.constant === null ? this.reordered(value, order) : this.reorderedConstant(value, order);
    this.replace(value, order, result);
    return result;
  }

  /** The value in its plain layout. */
  plain(value: Value): Value {
    const form = this.formOf(value);
    if (form === undefined || this.computedPlain.has(value) || value.constant !== null) return value;
    const stored = this.stored(value, plainOrder(value.shape.length));
    this.graph.nodes.push(reshapeNode(this.graph, stored, value));
    this.computedPlain.add(value);
    return value;
  }

  private reordered(value: Value, order: Order): Value {
    const { shape } = value;
    if (!this.has(value)) this.keep(value);
    const from = this.formOf(value) ?? {
      order: plainOrder(shape.length),
      value: omitsBatch(shape) ? reshape(this.graph, value, shape.slice(1)) : value,
    };
    const offset = omitsBatch(shape) ? 1 : 0;
    const permutation = order.slice(offset).map((axis) => from.order.indexOf(axis) - offset);
    const target = storedShape(shape, order);
    const moving = permutation.filter((axis) => from.value.shape[axis] !== 1);
    // Axes of size 1 can stand anywhere: when the others keep their order there is nothing to move.
    if (moving.every((axis, i) => i === 0 || axis > (moving[i - 1] ?? 0))) {
      return reshape(this.graph, from.value, target);
    }
    const columns = this.columns.get(from.value);
    if (columns !== undefined && permutation.slice(0, columns.first).every((axis, i) => axis === i)) {
      const sizes = from.value.shape.slice(columns.first);
      const order = permutedIndices(
        sizes,
        permutation.slice(columns.first).map((axis) => axis - columns.first),
      );
      return reshape(this.graph, columns.inOrder(order), target);
    }
    return this.graph.add('Transpose', [from.value], target, { perm: ints(permutation) });
  }

  private reorderedConstant(value: Value, order: Order): Value {
    const { constant, shape } = value;
    const target = storedShape(shape, order);
    if (!(constant instanceof Float32Array)) throw new RangeError('only float32 constants are stored anew');
    return this.graph.derivedConstant(target, reorderConstant(constant, shape, order));
  }
}

function reshapeNode(graph: Graph, from: Value, to: Value): Node {
  return { op: 'Reshape', inputs: [from, graph.integers(to.shape)], outputs: [to], attributes: {} };
}

function reorderConstant(data: Float32Array, shape: readonly number[], order: Order): DerivedData {
  return rearranged(data, `order ${shape.join()} ${order.join()}`, data.length, (out) => {
    for (const [i, from] of permutedIndices(shape, order).entries()) out[i] = data[from] ?? 0;
  });
}

/** For each element of a transposed array, row-major, where it lay before: axis i is the old axis `permutation[i]`. */
function permutedIndices(shape: readonly number[], permutation: readonly number[]): readonly number[] {
  let indices = [0];
  for (const axis of permutation) {
    const step = elementCount(shape.slice(axis + 1));
    const size = shape[axis] ?? 1;
    indices = indices.flatMap((base) => Array.from({ length: size }, (_, i) => base + i * step));
  }
  return indices;
}
