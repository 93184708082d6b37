import {
  DATA_TYPES,
  type ElementType,
  elementCount,
  type Graph,
  int,
  type Node,
  type Value,
} from '../../../onnx/graph.js';
import type { Concrete } from '../evaluate/tensors/content.js';

/**
 * State that float32 does not hold exactly (counters, phases in float64) is passed as two float32 parts, high and low: 48 bits of
 * precision for float64 within the range of float32 (Dekker, "A floating-point technique for extending the available precision",
 * 1971), and integers up to 2^47.
 */

/** Integers are split at this value, below which float32 is exact. */
const INTEGER_BASE = 2 ** 24;

/** Whether state of this type is split. */
export function isWide(type: ElementType): boolean {
  return type === 'float64' || type === 'int64' || type === 'int32';
}

const cast = (graph: Graph, x: Value, type: ElementType): Value =>
  graph.add('Cast', [x], x.shape, { to: int(DATA_TYPES[type]) }, type);

const base = (graph: Graph, type: ElementType): Value =>
  type === 'int32'
    ? graph.constant('int32', [], Int32Array.of(INTEGER_BASE))
    : graph.constant('int64', [], BigInt64Array.of(BigInt(INTEGER_BASE)));

/** The parts [2, elements] of a value, as one float32 vector. */
export function splitWide(graph: Graph, x: Value): Value {
  const { shape, type } = x;
  const flat = [elementCount(shape)];
  let high: Value;
  let low: Value;
  if (type === 'float64') {
    high = cast(graph, x, 'float32');
    low = cast(graph, graph.add('Sub', [x, cast(graph, high, 'float64')], shape), 'float32');
  } else {
    const quotient = graph.add('Div', [x, base(graph, type)], shape);
    const rest = graph.add('Sub', [x, graph.add('Mul', [quotient, base(graph, type)], shape)], shape);
    high = cast(graph, quotient, 'float32');
    low = cast(graph, rest, 'float32');
  }
  const parts = [high, low].map((part) => graph.add('Reshape', [part, graph.integers([-1])], flat));
  return graph.add('Concat', parts, [2 * elementCount(shape)], { axis: int(0) });
}

/** Nodes that make `target` out of a vector of its parts. */
export function joinWide(graph: Graph, parts: Value, target: Value): readonly Node[] {
  const { shape, type } = target;
  const count = elementCount(shape);
  const [high, low] = graph
    .addMany('Split', [parts, graph.integers([count, count])], [[count], [count]], { axis: int(0) })
    .map((part) => cast(graph, graph.add('Reshape', [part, graph.integers(shape)], shape), type));
  if (high === undefined || low === undefined) throw new RangeError('a split into two gives two');
  const scaled = type === 'float64' ? high : graph.add('Mul', [high, base(graph, type)], shape);
  return [{ op: 'Add', inputs: [scaled, low], outputs: [target], attributes: {} }];
}

/** The parts of known values. */
export function splitValues({ type, data }: Concrete): Float32Array {
  const out = new Float32Array(2 * data.length);
  for (const [index, value] of data.entries()) {
    const high = type === 'float64' ? Math.fround(value) : Math.trunc(value / INTEGER_BASE);
    out[index] = high;
    out[data.length + index] = value - (type === 'float64' ? high : high * INTEGER_BASE);
  }
  return out;
}
