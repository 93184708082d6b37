import type { Graph, NamedValue, Value } from '../../../onnx/graph.js';
import { findLive, removeDeadCode } from '../../../onnx/passes/dead-code.js';
import type { NoiseInput } from '../evaluate/context.js';
import { liveStates } from '../evaluate/live-states.js';
import type { Traced } from '../evaluate/trace.js';
import { StatePacking } from './state-packing.js';

/** A graph with its inputs and outputs declared as `open-model.ts` expects them. */
export interface BoundGraph {
  readonly graph: Graph;
  readonly input: NamedValue;
  readonly output: NamedValue;
  readonly noise: readonly (NoiseInput & { readonly name: string })[];
  /** Null where the output depends on no attribute. */
  readonly attributes: NamedValue | null;
  /** All state in one flat tensor; empty when the method keeps none. */
  readonly initialState: Float32Array;
}

export const ATTRIBUTES_IN = 'attributes';
export const STATE_IN = 'state';
export const STATE_OUT = 'state_out';

/**
 * Declares what a traced method reads and writes. State becomes one flat float32 input and output, cut up and
 * joined inside: a session's cost per fed tensor is far above that of the copy.
 */
export function bindGraph(traced: Traced, inputName: string, outputName: string): BoundGraph {
  const { graph } = traced;
  const { states } = traced;
  const live = findLive(graph, [traced.output, ...states.map(({ after }) => after)]);
  const noise = traced.noise
    .filter(({ value }) => live.has(value))
    .map((entry, index) => ({ ...entry, name: `noise${index}` }));
  const vector = traced.attributes?.vector;
  const attributes = vector !== undefined && live.has(vector) ? { name: ATTRIBUTES_IN, value: vector } : null;
  const packing = new StatePacking(states);
  const stateIn = states.length === 0 ? null : packing.unpackInto(graph, STATE_IN);
  graph.inputs.splice(
    0,
    graph.inputs.length,
    { name: inputName, value: traced.input },
    ...noise.map(({ name, value }) => ({ name, value })),
    ...(attributes === null ? [] : [attributes]),
    ...(stateIn === null ? [] : [{ name: STATE_IN, value: stateIn }]),
  );
  const output = asOutput(graph, traced.output);
  graph.output(outputName, output);
  if (states.length > 0) graph.output(STATE_OUT, packing.pack(graph));
  removeDeadCode(
    graph,
    graph.outputs.map(({ value }) => value),
  );
  return {
    graph,
    input: { name: inputName, value: traced.input },
    output: { name: outputName, value: output },
    noise,
    attributes,
    initialState: packing.initial(),
  };
}

/**
 * Removes nodes and state that the output does not depend on, neither directly nor through other state.
 */
export function prune(traced: Traced): Traced {
  const states = liveStates(traced);
  removeDeadCode(traced.graph, [traced.output, ...states.map(({ after }) => after)]);
  return { ...traced, states };
}

/** An output must be computed by a node, also where the model returns its input. */
function asOutput(graph: Graph, value: Value): Value {
  return graph.add('Identity', [value], value.shape);
}
