import { type Graph, int, type Node, type Value } from '../graph.js';
import { geometryOf } from './geometry.js';
import { rearranged } from './layout.js';
import { concat, padded, reshape, slice } from './nodes.js';
import { leadOf } from './rows.js';

/** More windows than this to add up and onnxruntime's own transposed convolution is left to it. */
const MAX_WINDOWS = 8;

interface Contributions {
  /** [frames, windows · stride · channels out] */
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
  if (geometry === null || geometry.dilation !== 1 || geometry.groups !== 1) return null;
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
  const constant = graph.derivedConstant([channels, taps * outputs], matrix);
  const x = input();
  const product = graph.add('MatMul', [x, constant], [...x.shape.slice(0, -1), taps * outputs]);
  return { product, stride, windows, width: stride * outputs, outputs, bias };
}

/** A `ConvTranspose` on rows of channels: contributions, shifted by a stride each, are added up. */
export function lowerTransposedConvolution(graph: Graph, node: Node, input: () => Value): Value | null {
  const output = node.outputs[0];
  const parts = contributions(graph, node, input);
  if (parts === null || output === undefined) return null;
  const { product, stride, windows, width, outputs, bias } = parts;
  const time = product.shape.length - 2;
  const strides = (product.shape[time] ?? 1) + windows - 1;
  let sum: Value | null = null;
  for (let window = 0; window < windows; window += 1) {
    const part = slice(graph, product, time + 1, window * width, width);
    const shifted = padded(graph, part, time, window, windows - 1 - window);
    sum = sum === null ? shifted : graph.add('Add', [sum, shifted], shifted.shape);
  }
  if (sum === null) return null;
  const whole = reshape(graph, sum, [...leadOf(product), strides * stride, outputs]);
  const cut = slice(graph, whole, time, 0, output.shape[2] ?? 1);
  return bias === null ? cut : graph.add('Add', [cut, bias], cut.shape);
}

/**
 * A streaming `ConvTranspose` of two strides, overlap-added with a cache of one: what a frame gives beyond its
 * own stride is kept, and added to the next.
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
  const lead = leadOf(product);
  const time = lead.length;
  const frames = product.shape[time] ?? 1;
  const half = [...lead, frames, width];
  const [own, beyond] = graph.addMany('Split', [product, graph.integers([width, width])], [half, half], {
    axis: int(time + 1),
  });
  if (own === undefined || beyond === undefined) return null;
  const kept = reshape(graph, cache(), [...lead, 1, width]);
  let previous = kept;
  let last = beyond;
  if (frames > 1) {
    const shifted = concat(graph, [kept, beyond], time);
    previous = slice(graph, shifted, time, 0, frames);
    last = slice(graph, shifted, time, frames, 1);
  }
  return {
    output: reshape(graph, graph.add('Add', [own, previous], half), [...lead, frames * stride, outputs]),
    cache: reshape(graph, last, [...lead, stride, outputs]),
  };
}
