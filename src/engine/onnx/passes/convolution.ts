import type { Graph, Node, Value } from '../graph.js';
import { lowerFilterBank } from './filter-bank.js';
import { type Geometry, geometryOf } from './geometry.js';
import { rearranged } from './layout.js';
import { croppedOrPadded, asStrides, gatherWindows, product } from './rows.js';

/**
 * Convolutions on rows of channels as one matrix product each. Streaming works on few samples at once (1 to 128
 * a call), where onnxruntime's convolution spends its time on reordering weights; a product with constant
 * weights has them packed once, when the model is opened.
 */

/** With more windows than this, the convolution is lowered as a filter bank. */
const MAX_WINDOWS = 8;

/** A lowered convolution, and how to compute it with its output channels in another order. */
export interface Lowered {
  readonly output: Value;
  /** Set where the order of the channels is free: `order[i]` is the channel that comes at i. */
  readonly inOrder: ((order: readonly number[]) => Value) | null;
}

/**
 * A `Conv` on rows of channels; null when onnxruntime's own is quicker.
 * @param input the signal, asked for only when it is used
 */
export function lowerConvolution(graph: Graph, node: Node, input: () => Value): Lowered | null {
  const geometry = geometryOf(node);
  const frames = node.outputs[0]?.shape[2];
  if (geometry === null || frames === undefined) return null;
  const { stride, dilation, shape } = geometry;
  const kernel = shape[2];
  // With a stride, windows are counted in strides, the last filled up with weights of zero. A stride beyond the kernel
  // would fill up more than there is.
  const windows = stride === 1 ? kernel : Math.ceil(kernel / stride);
  if (stride > kernel || (stride > 1 && dilation !== 1)) return null;
  if (geometry.groups > 1 || windows > MAX_WINDOWS) {
    const output = lowerFilterBank(graph, geometry, frames, input);
    return output === null ? null : { output, inOrder: null };
  }
  const distance = stride === 1 ? dilation : 1;
  const needed = (frames - 1 + (windows - 1) * distance + 1) * stride;
  const rows = asStrides(graph, croppedOrPadded(graph, input(), needed), stride);
  const columns = gatherWindows(graph, rows, frames, windows, distance);
  const natural = convolutionMatrix(graph, geometry, windows * stride, null);
  return {
    output: product(graph, columns, natural, geometry.bias),
    inOrder: (order) =>
      product(
        graph,
        columns,
        convolutionMatrix(graph, geometry, windows * stride, order),
        reorderedBias(graph, geometry.bias, order),
      ),
  };
}

/** Weights [outputs, channels, kernel] as [taps × channels, outputs], taps beyond the kernel zero. */
function convolutionMatrix(
  graph: Graph,
  { weights, shape: [outputs, channels, kernel] }: Geometry,
  taps: number,
  order: readonly number[] | null,
): Value {
  const key = `conv ${outputs} ${channels} ${kernel} ${taps} ${order?.join() ?? ''}`;
  const matrix = rearranged(weights, key, taps * channels * outputs, (out) => {
    for (let column = 0; column < outputs; column += 1) {
      const source = (order?.[column] ?? column) * channels * kernel;
      for (let c = 0; c < channels; c += 1) {
        for (let k = 0; k < kernel; k += 1) {
          out[(k * channels + c) * outputs + column] = Number(weights[source + c * kernel + k]);
        }
      }
    }
  });
  return graph.derivedConstant([taps * channels, outputs], matrix);
}

function reorderedBias(graph: Graph, bias: Value | null, order: readonly number[]): Value | null {
  if (bias === null || bias.constant === null) return bias;
  const { constant } = bias;
  return graph.constant(
    'float32',
    bias.shape,
    Float32Array.from(order, (from) => Number(constant[from])),
  );
}
