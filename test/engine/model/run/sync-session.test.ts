import { binding } from 'onnxruntime-node/dist/binding.js';
import { InferenceSession } from 'onnxruntime-node';
import { Graph } from '../../../../src/engine/onnx/graph.js';
import { WeightPool, writeModel } from '../../../../src/engine/onnx/write.js';
import { runGraph } from '../../onnx/run-graph.js';

describe('workaround 1: onnxruntime-node without its event loop', () => {
  test('the internals it reaches into are still there', () => {
    const session = new binding.InferenceSession();
    expect(typeof session.loadModel).toBe('function');
    expect(typeof session.run).toBe('function');
    expect(typeof session.dispose).toBe('function');
  });

  test('is still needed: the public call returns before it has run', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1]);
    graph.output('y', graph.add('Neg', [x], [1]));
    const pool = new WeightPool('w.bin', () => undefined);
    const session = await InferenceSession.create(writeModel(graph, 'g', pool));
    expect('runSync' in session).toBe(false);
    await session.release();
  });

  test('writes into the given tensors before it returns', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [3]);
    graph.output('y', graph.add('Neg', [x], [3]));
    const [y] = runGraph(graph, { x: Float32Array.of(1, -2, 3) });
    expect([...(y ?? [])]).toEqual([-1, 2, -3]);
  });
});
