import type { Graph, Node, Value } from '../graph.js';
import { attributeOf } from './geometry.js';

/** A transposed convolution whose overlap is carried from call to call, and the nodes that do so. */
export interface CachedTransposed {
  readonly cache: Value;
  /** The convolution's output, cropped to the strides that are complete. */
  readonly output: Value;
  /** What is kept for the next call, when it is. */
  readonly tail: Value | null;
  /** Nodes that the rewritten convolution makes superfluous. */
  readonly absorbed: readonly Node[];
}

/**
 * Finds the streaming form of transposed convolutions: with y of T + 1 strides, the cache is added to the first
 * stride, the first T strides are the output, and the last is the cache of the next call.
 */
export function findCachedTransposed(
  graph: Graph,
  outputs: ReadonlySet<Value>,
): ReadonlyMap<Node, CachedTransposed> {
  const consumers = new Map<Value, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (input !== null) consumers.set(input, [...(consumers.get(input) ?? []), node]);
    }
  }
  const found = new Map<Node, CachedTransposed>();
  for (const node of graph.nodes) {
    if (node.op !== 'ConvTranspose') continue;
    const match = matchCached(node, consumers, outputs);
    if (match !== null) found.set(node, match);
  }
  return found;
}

/** First element and length of a slice along time with step 1; null for any other node. */
function timeSlice(node: Node): { start: number; length: number; output: Value } | null {
  const [, starts, , axes, steps] = node.inputs;
  const [output] = node.outputs;
  if (node.op !== 'Slice' || output === undefined) return null;
  const start = Number(starts?.constant?.[0]);
  if (Number(axes?.constant?.[0]) !== 2 || Number(steps?.constant?.[0]) !== 1) return null;
  return { start, length: output.shape[2] ?? 0, output };
}

function matchCached(
  node: Node,
  consumers: ReadonlyMap<Value, readonly Node[]>,
  outputs: ReadonlySet<Value>,
): CachedTransposed | null {
  const [y] = node.outputs;
  const stride = attributeOf(node, 'strides', 1);
  if (
    y === undefined ||
    outputs.has(y) ||
    attributeOf(node, 'kernel_shape', 0) !== 2 * stride ||
    node.inputs.length > 2
  ) {
    return null;
  }
  const length = y.shape[2] ?? 0;
  const uses = consumers.get(y) ?? [];
  const [a, b] = uses.map(timeSlice);
  if (uses.length !== 2 || a === null || a === undefined || b === null || b === undefined) return null;
  const [head, rest] = a.start === 0 ? [a, b] : [b, a];
  if (head.start !== 0 || head.length !== stride || rest.start !== stride || rest.length !== length - stride)
    return null;
  const [add] = consumers.get(head.output) ?? [];
  const cache = add?.inputs.find((input) => input !== head.output);
  const [sum] = add?.outputs ?? [];
  if (
    add?.op !== 'Add' ||
    cache === null ||
    cache === undefined ||
    cache.shape.length !== 3 ||
    sum === undefined
  )
    return null;
  const [concat] = consumers.get(sum) ?? [];
  const [whole] = concat?.outputs ?? [];
  const isWhole = concat?.op === 'Concat' && concat.inputs[0] === sum && concat.inputs[1] === rest.output;
  if (concat === undefined || !isWhole || whole === undefined || outputs.has(whole)) return null;
  const ends = consumers.get(whole) ?? [];
  const slices = ends.map(timeSlice);
  const output = slices.find((slice) => slice?.start === 0 && slice.length === length - stride)?.output;
  const tail =
    slices.find((slice) => slice?.start === length - stride && slice.length === stride)?.output ?? null;
  if (output === undefined || ends.length !== (tail === null ? 1 : 2)) return null;
  const isPrivate = [head.output, rest.output, sum].every(
    (value) => consumers.get(value)?.length === 1 && !outputs.has(value),
  );
  if (!isPrivate) return null;
  return { cache, output, tail, absorbed: [...uses, add, concat, ...ends] };
}
