import { type ConstantData, type Graph, int, type Node, type Value } from '../graph.js';
import { rearranged } from './layout.js';

/**
 * Convolutions on [batch, time, channels] as one matrix product each. Streaming works on few samples at once
 * (1 to 128 a call), where onnxruntime's convolution spends its time on reordering weights; a product with
 * constant weights has them packed once, when the model is opened.
 */

/** More windows than this to lay side by side and onnxruntime's own convolution is left to it. */
const MAX_WINDOWS = 8;

interface Geometry {
  readonly weights: ConstantData;
  readonly shape: readonly [number, number, number];
  readonly stride: number;
  readonly dilation: number;
  readonly bias: Value | null;
}

export function attributeOf(node: Node, name: string, fallback: number): number {
  const attribute = node.attributes[name];
  if (attribute?.kind === 'int') return attribute.value;
  return attribute?.kind === 'ints' ? (attribute.value[0] ?? fallback) : fallback;
}

/** What both kinds need; null when the node has groups, padding or computed weights. */
function geometryOf(node: Node): Geometry | null {
  const [, weight, bias = null] = node.inputs;
  if (weight?.constant === undefined || weight.constant === null || weight.type !== 'float32') return null;
  const [a, b, kernel] = weight.shape;
  if (a === undefined || b === undefined || kernel === undefined) return null;
  const isPlain =
    attributeOf(node, 'group', 1) === 1 &&
    attributeOf(node, 'pads', 0) === 0 &&
    attributeOf(node, 'output_padding', 0) === 0;
  if (!isPlain) return null;
  return {
    weights: weight.constant,
    shape: [a, b, kernel],
    stride: attributeOf(node, 'strides', 1),
    dilation: attributeOf(node, 'dilations', 1),
    bias,
  };
}

function slice(graph: Graph, x: Value, axis: number, start: number, length: number): Value {
  if (start === 0 && length === x.shape[axis]) return x;
  const shape = x.shape.map((size, index) => (index === axis ? length : size));
  const bounds = [[start], [start + length], [axis], [1]].map((values) => graph.integers(values));
  return graph.add('Slice', [x, ...bounds], shape);
}

function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  return graph.add('Reshape', [x, graph.integers(shape)], shape);
}

function withBias(graph: Graph, x: Value, bias: Value | null): Value {
  return bias === null ? x : graph.add('Add', [x, bias], x.shape);
}

/**
 * A `Conv` whose input is [batch, time, channels]; the same for its output. Null when it is better left alone.
 * The windows of each output frame are laid side by side (im2col), which for a stride is mostly a reshape.
 */
export function lowerConvolution(graph: Graph, node: Node, input: () => Value): Value | null {
  const geometry = geometryOf(node);
  const output = node.outputs[0];
  if (geometry === null || output === undefined) return null;
  const { stride, dilation, bias, weights } = geometry;
  const [outputs, channels, kernel] = geometry.shape;
  // With a stride, windows are counted in strides, the last filled up with weights of zero. A stride beyond the kernel
  // would fill up more than there is.
  const windows = stride === 1 ? kernel : Math.ceil(kernel / stride);
  if (windows > MAX_WINDOWS || stride > kernel || (stride > 1 && dilation !== 1)) return null;
  const frames = output.shape[2] ?? 1;
  const taps = stride === 1 ? kernel : windows * stride;
  const x = input();
  const [batch = 1, length = 1] = x.shape;
  const needed = stride === 1 ? length : (frames + windows - 1) * stride;
  const fitted = needed <= length ? slice(graph, x, 1, 0, needed) : padEnd(graph, x, needed - length);
  const rows =
    stride === 1 ? fitted : reshape(graph, fitted, [batch, frames + windows - 1, stride * channels]);
  const columns = layWindows(graph, rows, frames, windows, stride === 1 ? dilation : 1);
  const matrix = rearranged(
    weights,
    `conv ${outputs} ${channels} ${kernel} ${taps}`,
    taps * channels * outputs,
    (out) => {
      for (let o = 0; o < outputs; o += 1) {
        for (let c = 0; c < channels; c += 1) {
          for (let k = 0; k < kernel; k += 1) {
            out[(k * channels + c) * outputs + o] = Number(weights[(o * channels + c) * kernel + k]);
          }
        }
      }
    },
  );
  const constant = graph.constant('float32', [taps * channels, outputs], matrix);
  return withBias(graph, graph.add('MatMul', [columns, constant], [batch, frames, outputs]), bias);
}

/** [batch, rows, width] → [batch, frames, windows × width]: window w of frame f is row f + w · distance. */
function layWindows(graph: Graph, rows: Value, frames: number, windows: number, distance: number): Value {
  if (windows === 1) return slice(graph, rows, 1, 0, frames);
  const [batch = 1, , width = 1] = rows.shape;
  const indices = Array.from(
    { length: frames * windows },
    (_, i) => Math.floor(i / windows) + (i % windows) * distance,
  );
  const laid = graph.add('Gather', [rows, graph.integers(indices)], [batch, frames * windows, width], {
    axis: int(1),
  });
  return reshape(graph, laid, [batch, frames, windows * width]);
}

function padEnd(graph: Graph, x: Value, count: number): Value {
  const [batch = 1, length = 1, channels = 1] = x.shape;
  const zeros = graph.constant(
    'float32',
    [batch, count, channels],
    new Float32Array(batch * count * channels),
  );
  return graph.add('Concat', [x, zeros], [batch, length + count, channels], { axis: int(1) });
}

interface Contributions {
  /** [batch, frames, windows · stride · channels out] */
  readonly product: Value;
  readonly stride: number;
  readonly windows: number;
  /** Stride times channels out. */
  readonly width: number;
  readonly outputs: number;
  readonly bias: Value | null;
}

/** Every input frame's contribution to a transposed convolution, `windows` strides long each, by one product. */
function contributions(graph: Graph, node: Node, input: () => Value): Contributions | null {
  const geometry = geometryOf(node);
  if (geometry === null || geometry.dilation !== 1) return null;
  const { stride, bias, weights } = geometry;
  const [channels, outputs, kernel] = geometry.shape;
  const windows = Math.ceil(kernel / stride);
  if (windows > MAX_WINDOWS || stride > kernel) return null;
  const taps = windows * stride;
  const key = `deconv ${channels} ${outputs} ${kernel} ${taps}`;
  const matrix = rearranged(weights, key, channels * taps * outputs, (out) => {
    for (let c = 0; c < channels; c += 1) {
      for (let o = 0; o < outputs; o += 1) {
        for (let k = 0; k < kernel; k += 1) {
          out[(c * taps + k) * outputs + o] = Number(weights[(c * outputs + o) * kernel + k]);
        }
      }
    }
  });
  const constant = graph.constant('float32', [channels, taps * outputs], matrix);
  const x = input();
  const [batch = 1, frames = 1] = x.shape;
  const product = graph.add('MatMul', [x, constant], [batch, frames, taps * outputs]);
  return { product, stride, windows, width: stride * outputs, outputs, bias };
}

/** A `ConvTranspose` on [batch, time, channels]: contributions, shifted by a stride each, are added up. */
export function lowerTransposedConvolution(graph: Graph, node: Node, input: () => Value): Value | null {
  const output = node.outputs[0];
  const parts = contributions(graph, node, input);
  if (parts === null || output === undefined) return null;
  const { product, stride, windows, width, outputs, bias } = parts;
  const [batch = 1, frames = 1] = product.shape;
  const strides = frames + windows - 1;
  let sum: Value | null = null;
  for (let window = 0; window < windows; window += 1) {
    const part = slice(graph, product, 2, window * width, width);
    const shifted = shift(graph, part, window, windows - 1 - window);
    sum = sum === null ? shifted : graph.add('Add', [sum, shifted], [batch, strides, width]);
  }
  if (sum === null) return null;
  const whole = reshape(graph, sum, [batch, strides * stride, outputs]);
  return withBias(graph, slice(graph, whole, 1, 0, output.shape[2] ?? 1), bias);
}

/**
 * A streaming `ConvTranspose` of two strides, overlap-added with a cache of one: what a frame gives beyond its
 * own stride is kept, and added to the next. All tensors are [batch, time, channels].
 * @param cache the part kept by the call before, one stride long
 * @returns the output, and the cache for the next call
 */
export function lowerCachedTransposedConvolution(
  graph: Graph,
  node: Node,
  input: () => Value,
  cache: () => Value,
): { output: Value; cache: Value } | null {
  const parts = contributions(graph, node, input);
  if (parts === null) return null;
  const { product, stride, width, outputs } = parts;
  const [batch = 1, frames = 1] = product.shape;
  const half = [batch, frames, width];
  const [own, beyond] = graph.addMany('Split', [product, graph.integers([width, width])], [half, half], {
    axis: int(2),
  });
  if (own === undefined || beyond === undefined) return null;
  const kept = reshape(graph, cache(), [batch, 1, width]);
  let previous = kept;
  let last = beyond;
  if (frames > 1) {
    const shifted = graph.add('Concat', [kept, beyond], [batch, frames + 1, width], { axis: int(1) });
    previous = slice(graph, shifted, 1, 0, frames);
    last = slice(graph, shifted, 1, frames, 1);
  }
  return {
    output: reshape(graph, graph.add('Add', [own, previous], half), [batch, frames * stride, outputs]),
    cache: reshape(graph, last, [batch, stride, outputs]),
  };
}

/** Frames of zero before and after. */
function shift(graph: Graph, x: Value, before: number, after: number): Value {
  if (before === 0 && after === 0) return x;
  const [batch = 1, frames = 1, width = 1] = x.shape;
  const zeros = (count: number): Value =>
    graph.constant('float32', [batch, count, width], new Float32Array(batch * count * width));
  const parts = [...(before > 0 ? [zeros(before)] : []), x, ...(after > 0 ? [zeros(after)] : [])];
  return graph.add('Concat', parts, [batch, before + frames + after, width], { axis: int(1) });
}
