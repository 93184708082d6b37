import { type Graph, int, type Value } from '../graph.js';

/** Nodes that the passes add. Axes count from the front. */

export function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  if (x.shape.join() === shape.join()) return x;
  return graph.add('Reshape', [x, graph.integers(shape)], shape);
}

export function slice(graph: Graph, x: Value, axis: number, start: number, length: number): Value {
  if (start === 0 && length === x.shape[axis]) return x;
  const shape = withSize(x.shape, axis, length);
  const bounds = [[start], [start + length], [axis], [1]].map((values) => graph.integers(values));
  return graph.add('Slice', [x, ...bounds], shape);
}

export function concat(graph: Graph, parts: readonly Value[], axis: number): Value {
  const [first] = parts;
  if (first === undefined) throw new RangeError('there is nothing to join');
  if (parts.length === 1) return first;
  const size = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  return graph.add('Concat', parts, withSize(first.shape, axis, size), { axis: int(axis) });
}

/** Rows of `x` along an axis, by constant indices. */
export function gather(graph: Graph, x: Value, axis: number, indices: readonly number[]): Value {
  const isAll = indices.length === x.shape[axis] && indices.every((index, i) => index === i);
  if (isAll) return x;
  const shape = withSize(x.shape, axis, indices.length);
  return graph.add('Gather', [x, graph.integers(indices)], shape, { axis: int(axis) });
}

export function zeros(graph: Graph, shape: readonly number[]): Value {
  return graph.constant('float32', shape, new Float32Array(shape.reduce((count, size) => count * size, 1)));
}

/** Zeros before and after along an axis. */
export function padded(graph: Graph, x: Value, axis: number, before: number, after: number): Value {
  const block = (count: number): readonly Value[] =>
    count > 0 ? [zeros(graph, withSize(x.shape, axis, count))] : [];
  return concat(graph, [...block(before), x, ...block(after)], axis);
}

function withSize(shape: readonly number[], axis: number, size: number): readonly number[] {
  return shape.map((old, index) => (index === axis ? size : old));
}
