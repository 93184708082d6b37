import type { Graph, Value } from '../graph.js';
import { concat, gather, padded, reshape, slice } from './nodes.js';

/**
 * Signals as rows of channels: [time, channels], or [batch, time, channels] for more sides than one.
 */

/** Everything before time and channels: the batch, unless it is left out. */
export function leadOf(x: Value): readonly number[] {
  return x.shape.slice(0, -2);
}

/** Rows times a constant matrix [columns of x, outputs], plus a bias for each output. */
export function product(graph: Graph, x: Value, matrix: Value, bias: Value | null): Value {
  const shape = [...x.shape.slice(0, -1), matrix.shape[1] ?? 1];
  if (shape.length === 2) return graph.add('Gemm', bias === null ? [x, matrix] : [x, matrix, bias], shape);
  const y = graph.add('MatMul', [x, matrix], shape);
  return bias === null ? y : graph.add('Add', [y, bias], shape);
}

/** The first `length` rows, filled up with zeros where there are fewer. */
export function croppedOrPadded(graph: Graph, x: Value, length: number): Value {
  const axis = x.shape.length - 2;
  const present = x.shape[axis] ?? 1;
  return length <= present ? slice(graph, x, axis, 0, length) : padded(graph, x, axis, 0, length - present);
}

/** `stride` rows side by side in one. */
export function asStrides(graph: Graph, x: Value, stride: number): Value {
  const [length = 1, channels = 1] = x.shape.slice(-2);
  return reshape(graph, x, [...leadOf(x), length / stride, stride * channels]);
}

/** [rows, width] → [frames, windows × width]: window w of frame f is row f + w · distance. */
export function gatherWindows(
  graph: Graph,
  rows: Value,
  frames: number,
  windows: number,
  distance: number,
): Value {
  const axis = rows.shape.length - 2;
  const width = rows.shape[axis + 1] ?? 1;
  if (windows === 1) return slice(graph, rows, axis, 0, frames);
  const indices = Array.from(
    { length: frames * windows },
    (_, i) => Math.floor(i / windows) + (i % windows) * distance,
  );
  return reshape(graph, gather(graph, rows, axis, indices), [...leadOf(rows), frames, windows * width]);
}

/** A bias for several steps side by side. */
export function repeatedBias(graph: Graph, bias: Value | null, times: number): Value | null {
  if (bias === null || times === 1) return bias;
  const { constant } = bias;
  const size = bias.shape[0] ?? 1;
  if (constant === null) return concat(graph, new Array<Value>(times).fill(bias), 0);
  const data = Float32Array.from({ length: size * times }, (_, i) => Number(constant[i % size]));
  return graph.constant('float32', [size * times], data);
}
