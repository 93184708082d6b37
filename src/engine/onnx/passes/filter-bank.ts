import { type ConstantData, type DerivedData, type Graph, ints, type Value } from '../graph.js';
import type { Geometry } from './geometry.js';
import { rearranged } from './layout.js';
import { reshape } from './nodes.js';
import { croppedOrPadded, gatherWindows, product, repeatedBias } from './rows.js';

/**
 * Convolutions with many taps on few channels, or on each channel by itself with the same weights: the filter
 * banks of a model. One product of several steps at once, from rows that hold the input of all of them, copies each
 * sample less often and gives the product more columns; groups become rows.
 */

/** Most columns of one group, all steps together. */
const MAX_COLUMNS = 64;
const MAX_STEPS = 16;
/** Shorter filters are quicker in onnxruntime's own convolution. */
const MIN_TAPS = 16;
/** Matrix rows per tap beyond which onnxruntime's own convolution is quicker: the rest is zeros. */
const MAX_WASTE = 1.6;

/** Most elements of a filter bank's matrix; real models stay below 100,000. */
const MAX_MATRIX = 2 ** 22;

/** Steps at once, and how many rows of that many strides they read together. */
interface Blocking {
  readonly steps: number;
  readonly windows: number;
}

/** A `Conv` of these dimensions on [time, channels]; null when onnxruntime's own is quicker. */
export function lowerFilterBank(
  graph: Graph,
  geometry: Geometry,
  frames: number,
  input: () => Value,
): Value | null {
  const { stride, dilation, groups, weights, bias } = geometry;
  const [outputs, channels, kernel] = geometry.shape;
  if (dilation !== 1 || stride > kernel || !groupsShareWeights(weights, groups)) return null;
  const perGroup = outputs / groups;
  const blocking = chooseBlocking(stride, kernel, perGroup, frames);
  const x = blocking === null ? null : input();
  if (blocking === null || x === null || x.shape.length !== 2) return null;
  const { steps, windows } = blocking;
  const block = steps * stride;
  if (windows * block * channels * steps * perGroup > MAX_MATRIX) return null;
  const count = frames / steps;
  const length = (count + windows - 1) * block;
  const rows = reshape(graph, croppedOrPadded(graph, x, length), [length / block, block * groups * channels]);
  const laid = splitGroups(graph, gatherWindows(graph, rows, count, windows, 1), groups, channels);
  const matrix = blockMatrix(geometry, blocking);
  const constant = graph.derivedConstant([windows * block * channels, steps * perGroup], matrix);
  const y = product(graph, laid, constant, groups === 1 ? repeatedBias(graph, bias, steps) : null);
  const whole = joinSteps(graph, y, count, steps, outputs);
  return bias === null || groups === 1 ? whole : graph.add('Add', [whole, bias], whole.shape);
}

function groupsShareWeights(weights: ConstantData, groups: number): boolean {
  const size = weights.length / groups;
  for (let i = size; i < weights.length; i += 1) if (weights[i] !== weights[i % size]) return false;
  return true;
}

/** The most steps that divide the frames and keep product and waste within bounds. */
function chooseBlocking(stride: number, kernel: number, perGroup: number, frames: number): Blocking | null {
  if (stride === 1 && kernel < MIN_TAPS) return null;
  for (let steps = stride === 1 ? MAX_STEPS : 4; steps >= 1; steps /= 2) {
    const windows = Math.ceil((kernel + (steps - 1) * stride) / (steps * stride));
    const waste = (windows * steps * stride) / kernel;
    const isFit = frames % steps === 0 && steps * perGroup <= MAX_COLUMNS && waste <= MAX_WASTE;
    if (isFit) return { steps, windows };
  }
  const windows = Math.ceil(kernel / stride);
  return stride > 1 && windows <= 8 ? { steps: 1, windows } : null;
}

/** Rows [count, time × groups × channels] with the groups as rows of their own, [count × groups, time × channels]. */
function splitGroups(graph: Graph, x: Value, groups: number, channels: number): Value {
  const [count = 1, width = 1] = x.shape;
  if (groups === 1) return x;
  const time = width / groups / channels;
  const flat = [count * groups, time * channels];
  if (channels === 1)
    return reshape(graph, swapLastAxes(graph, reshape(graph, x, [count, time, groups])), flat);
  const split = reshape(graph, x, [count, time, groups, channels]);
  const shape = [count, groups, time, channels];
  return reshape(graph, graph.add('Transpose', [split], shape, { perm: ints([0, 2, 1, 3]) }), flat);
}

/** A product of [count × groups, outputs of a group × steps] as [time, outputs]. */
function joinSteps(graph: Graph, y: Value, count: number, steps: number, outputs: number): Value {
  const isWhole = y.shape[0] === count;
  const steady = isWhole ? y : swapLastAxes(graph, reshape(graph, y, [count, outputs, steps]));
  return reshape(graph, steady, [count * steps, outputs]);
}

/** [a, b, c] → [a, c, b] */
function swapLastAxes(graph: Graph, x: Value): Value {
  const [a = 1, b = 1, c = 1] = x.shape;
  if (b === 1 || c === 1) return reshape(graph, x, [a, c, b]);
  return graph.add('Transpose', [x], [a, c, b], { perm: ints([0, 2, 1]) });
}

/**
 * Weights of one group [outputs, channels, kernel] as [windows × block × channels, columns]. Columns are steps ×
 * outputs, or outputs × steps where there are groups, whose channels then lie side by side.
 */
function blockMatrix(
  { weights, groups, stride, shape }: Geometry,
  { steps, windows }: Blocking,
): DerivedData {
  const [outputs, channels, kernel] = shape;
  const perGroup = outputs / groups;
  const width = steps * perGroup;
  const depth = windows * steps * stride * channels;
  const key = `block ${groups} ${shape.join()} ${stride} ${steps}`;
  return rearranged(weights, key, depth * width, (out) => {
    for (let s = 0; s < steps; s += 1) {
      for (let o = 0; o < perGroup; o += 1) {
        for (let c = 0; c < channels; c += 1) {
          for (let k = 0; k < kernel; k += 1) {
            const row = (s * stride + k) * channels + c;
            const column = groups === 1 ? s * perGroup + o : o * steps + s;
            out[row * width + column] = Number(weights[(o * channels + c) * kernel + k]);
          }
        }
      }
    }
  });
}
