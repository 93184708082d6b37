import { DATA_TYPES, elementCount, type Graph, int, type Node, type Value } from '../../../onnx/graph.js';
import { concatKernel } from '../evaluate/tensors/kernels.js';
import type { StateBuffer } from '../evaluate/trace.js';
import { isWide, joinWide, splitValues, splitWide } from './wide-state.js';

/** State buffers that are concatenated along time before they are flattened. */
interface Group {
  readonly buffers: readonly StateBuffer[];
  readonly shape: readonly number[];
}

/**
 * Packs all state into one flat vector. Caches with the same number of channels are first concatenated along time: a few
 * reshapes instead of two for each of some sixty buffers.
 */
export class StatePacking {
  private readonly groups: readonly Group[];

  constructor(states: readonly StateBuffer[]) {
    const families = new Map<string, StateBuffer[]>();
    for (const [index, state] of states.entries()) {
      const { shape, type } = state.before;
      const isCache = (shape.length === 2 || shape.length === 3) && type === 'float32';
      const key = isCache ? `${shape.slice(0, -2).join()} ${shape[shape.length - 1]}` : `single ${index}`;
      families.set(key, [...(families.get(key) ?? []), state]);
    }
    this.groups = [...families.values()].map((buffers) => ({ buffers, shape: joinedShape(buffers) }));
  }

  /** Declares the flat input, and cuts it up at the beginning of the graph. */
  unpackInto(graph: Graph, name: string): Value {
    const rest = graph.nodes.splice(0);
    const sizes = this.groups.map(storedSize);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const flat = graph.input(name, 'float32', [total]);
    const parts = cut(graph, flat, 0, sizes);
    for (const [index, { buffers, shape }] of this.groups.entries()) {
      const part = parts[index] ?? flat;
      const [only] = buffers;
      if (buffers.length === 1 && only !== undefined) {
        graph.nodes.push(
          ...(isWide(only.before.type)
            ? joinWide(graph, part, only.before)
            : shapedAs(graph, part, only.before)),
        );
        continue;
      }
      const shaped = graph.add('Reshape', [part, graph.integers(shape)], shape);
      const axis = joinedAxis(shape);
      const lengths = buffers.map(({ before }) => before.shape[axis] ?? 0);
      graph.nodes.push({
        op: 'Split',
        inputs: [shaped, graph.integers(lengths)],
        outputs: buffers.map(({ before }) => before),
        attributes: { axis: int(axis) },
      });
    }
    graph.nodes.push(...rest);
    return flat;
  }

  /** Joins the buffers as they are after the call. */
  pack(graph: Graph): Value {
    const parts = this.groups.map(({ buffers, shape }) => {
      const [only] = buffers;
      if (only !== undefined && isWide(only.after.type)) return splitWide(graph, only.after);
      const values = buffers.map(({ after }) =>
        after.type === 'float32'
          ? after
          : graph.add('Cast', [after], after.shape, { to: int(DATA_TYPES.float32) }, 'float32'),
      );
      const joined = join(graph, values, joinedAxis(shape), shape);
      return graph.add('Reshape', [joined, graph.integers([-1])], [elementCount(shape)]);
    });
    const total = parts.reduce((sum, part) => sum + elementCount(part.shape), 0);
    return join(graph, parts, 0, [total]);
  }

  /** What the vector holds before the first call. */
  initial(): Float32Array {
    const parts = this.groups.map(({ buffers, shape }) => {
      const [only] = buffers;
      const contents = buffers.map(({ initial }) => initial);
      return only !== undefined && buffers.length === 1
        ? isWide(only.initial.type)
          ? splitValues(only.initial)
          : only.initial.data
        : concatKernel(contents, joinedAxis(shape), shape).data;
    });
    const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let position = 0;
    for (const part of parts) {
      out.set(part, position);
      position += part.length;
    }
    return out;
  }
}

/** Elements of a group in the flat vector. */
function storedSize({ buffers, shape }: Group): number {
  const isSplit = buffers.some(({ before }) => isWide(before.type));
  return elementCount(shape) * (isSplit ? 2 : 1);
}

/** Time, of [time, channels] and [batch, time, channels]. */
const joinedAxis = (shape: readonly number[]): number => shape.length - 2;

function joinedShape(buffers: readonly StateBuffer[]): readonly number[] {
  const [first] = buffers;
  if (first === undefined) return [0];
  const { shape } = first.before;
  if (buffers.length === 1) return shape;
  const joined = joinedAxis(shape);
  const time = buffers.reduce((sum, { before }) => sum + (before.shape[joined] ?? 0), 0);
  return shape.map((size, axis) => (axis === joined ? time : size));
}

function join(graph: Graph, values: readonly Value[], axis: number, shape: readonly number[]): Value {
  const [only] = values;
  if (only !== undefined && values.length === 1) return only;
  return graph.add('Concat', values, shape, { axis: int(axis) });
}

function cut(graph: Graph, flat: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  if (sizes.length === 1) return [flat];
  const shapes = sizes.map((size) => [size]);
  return graph.addMany('Split', [flat, graph.integers(sizes)], shapes, { axis: int(axis) });
}

/** Nodes that make `target` out of a flat part. */
function shapedAs(graph: Graph, part: Value, target: Value): readonly Node[] {
  const shape = graph.integers(target.shape);
  if (target.type === 'float32') {
    return [{ op: 'Reshape', inputs: [part, shape], outputs: [target], attributes: {} }];
  }
  const shaped = graph.add('Reshape', [part, shape], target.shape);
  const attributes = { to: int(DATA_TYPES[target.type]) };
  return [{ op: 'Cast', inputs: [shaped], outputs: [target], attributes }];
}
