import {
  type Attributes,
  type ConstantData,
  elementCount,
  type Graph,
  ints,
  type Node,
  type Value,
} from '../graph.js';

/** [a, b, c] → [a, c, b] */
export function swapped(shape: readonly number[]): readonly number[] {
  const [a = 1, b = 1, c = 1] = shape;
  return [a, c, b];
}

const memory = new WeakMap<ConstantData, Map<string, Float32Array>>();

/**
 * Rearranged weights, computed once for each array and rearrangement: the variants of a model share them.
 */
export function rearranged(
  source: ConstantData,
  key: string,
  size: number,
  fill: (out: Float32Array) => void,
): Float32Array {
  const known = memory.get(source) ?? new Map<string, Float32Array>();
  memory.set(source, known);
  let result = known.get(key);
  if (result === undefined) {
    result = new Float32Array(size);
    fill(result);
    known.set(key, result);
  }
  return result;
}

/**
 * Tensors [batch, channels, time] on their way to [batch, time, channels]: for each value the form or forms in
 * which it exists, the other made when it is asked for.
 */
export class Layouts {
  private readonly timeMajor = new Map<Value, Value>();
  private readonly channelMajor = new Set<Value>();

  constructor(private readonly graph: Graph) {}

  /** Says that the original value is computed as it was. */
  keep(value: Value): void {
    this.channelMajor.add(value);
  }

  /** Says that the original value exists as [batch, time, channels]. */
  replace(original: Value, timeMajor: Value): void {
    this.timeMajor.set(original, timeMajor);
  }

  has(value: Value): boolean {
    return this.timeMajor.has(value);
  }

  /** The value as [batch, time, channels]. */
  last(value: Value): Value {
    const known = this.timeMajor.get(value);
    if (known !== undefined) return known;
    const shape = swapped(value.shape);
    const result =
      value.constant instanceof Float32Array
        ? this.graph.constant('float32', shape, swapConstant(value.constant, value.shape))
        : this.swap(value, shape);
    this.timeMajor.set(value, result);
    return result;
  }

  /** The value as it was, [batch, channels, time]. */
  first(value: Value): Value {
    const other = this.timeMajor.get(value);
    if (other === undefined || this.channelMajor.has(value) || value.constant !== null) return value;
    this.graph.nodes.push(swapNode(this.graph, other, value));
    this.channelMajor.add(value);
    return value;
  }

  private swap(value: Value, shape: readonly number[]): Value {
    const { op, inputs, attributes } = swapOperation(this.graph, value);
    return this.graph.add(op, inputs, shape, attributes);
  }
}

/** With one channel or one sample there is nothing to move. */
function swapOperation(
  graph: Graph,
  value: Value,
): { op: string; inputs: readonly Value[]; attributes: Attributes } {
  const [, rows, columns] = value.shape;
  if (rows === 1 || columns === 1) {
    return { op: 'Reshape', inputs: [value, graph.integers(swapped(value.shape))], attributes: {} };
  }
  return { op: 'Transpose', inputs: [value], attributes: { perm: ints([0, 2, 1]) } };
}

function swapNode(graph: Graph, from: Value, to: Value): Node {
  return { ...swapOperation(graph, from), outputs: [to] };
}

function swapConstant(data: Float32Array, shape: readonly number[]): Float32Array {
  const [batch = 1, rows = 1, columns = 1] = shape;
  return rearranged(data, `swap ${shape.join()}`, elementCount(shape), (out) => {
    for (let b = 0; b < batch; b += 1) {
      const base = b * rows * columns;
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          out[base + column * rows + row] = data[base + row * columns + column] ?? 0;
        }
      }
    }
  });
}
