import { Graph, type Value } from '../../../src/engine/onnx/graph.js';
import { toChannelsLast } from '../../../src/engine/onnx/passes/channels-last.js';
import { removeDeadCode } from '../../../src/engine/onnx/passes/dead-code.js';
import { numbers, runGraph } from './run-graph.js';

/** What a graph of one input computes before and after the rewrite, and the rewritten graph. */
export function compare(
  shape: readonly number[],
  build: (graph: Graph, x: Value) => Value,
): { plain: Float32Array; rewritten: Float32Array; graph: Graph } {
  const x = numbers(
    shape.reduce((a, b) => a * b, 1),
    7,
  );
  const results = [false, true].map((rewrite) => {
    const graph = new Graph();
    const output = build(graph, graph.input('x', 'float32', shape));
    const value = rewrite ? toChannelsLast(graph, output, []).output : output;
    graph.output('y', graph.add('Identity', [value], value.shape));
    removeDeadCode(
      graph,
      graph.outputs.map((entry) => entry.value),
    );
    return { graph, y: runGraph(graph, { x })[0] ?? new Float32Array() };
  });
  const [plain, rewritten] = results;
  if (plain === undefined || rewritten === undefined) throw new Error('two runs were made');
  return { plain: plain.y, rewritten: rewritten.y, graph: rewritten.graph };
}

export function expectClose(a: Float32Array, b: Float32Array): void {
  expect(b).toHaveLength(a.length);
  a.forEach((value, i) => expect(b[i]).toBeCloseTo(value, 4));
}
