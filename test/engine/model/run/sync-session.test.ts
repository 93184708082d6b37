import { InferenceSession, Tensor } from 'onnxruntime-node';
import { binding } from 'onnxruntime-node/dist/binding.js';
import { Graph } from '../../../../src/engine/onnx/graph.js';
import { WeightPool, writeModel } from '../../../../src/engine/onnx/write.js';
import { runGraph } from '../../onnx/run-graph.js';

/** A graph that negates a vector of three numbers. */
function negation(): Graph {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [3]);
  graph.output('y', graph.add('Neg', [x], [3]));
  return graph;
}

describe('workaround 1: onnxruntime-node without its event loop', () => {
  test('the internals that it uses still exist', () => {
    const session = new binding.InferenceSession();
    expect(typeof session.loadModel).toBe('function');
    expect(typeof session.run).toBe('function');
    expect(typeof session.dispose).toBe('function');
  });

  // When this fails, the package computes before its call returns, and the workaround may be dropped.
  test('is still needed: the public call has computed nothing when it returns', async () => {
    const pool = new WeightPool('w.bin', () => undefined);
    const session = await InferenceSession.create(writeModel(negation(), 'g', pool));
    const y = new Tensor('float32', new Float32Array(3), [3]);
    const running = session.run({ x: new Tensor('float32', Float32Array.of(1, -2, 3), [3]) }, { y });
    expect([...y.data]).toEqual([0, 0, 0]);
    const results = await running;
    expect([...(results['y']?.data as Float32Array)]).toEqual([-1, 2, -3]);
    expect([...y.data]).toEqual([-1, 2, -3]);
    await session.release();
  });

  test('writes into the given tensors before it returns', () => {
    const [y] = runGraph(negation(), { x: Float32Array.of(1, -2, 3) });
    expect([...(y ?? [])]).toEqual([-1, 2, -3]);
  });
});
