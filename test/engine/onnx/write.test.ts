import { float, Graph } from '../../../src/engine/onnx/graph.js';
import { WeightPool, writeModel } from '../../../src/engine/onnx/write.js';
import { numbers, runGraph } from './run-graph.js';

describe('written models', () => {
  test('run in onnxruntime with small and shared constants', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 32]);
    const weights = numbers(32 * 16);
    const product = graph.add('MatMul', [x, graph.constant('float32', [32, 16], weights)], [2, 16]);
    const shifted = graph.add(
      'Add',
      [product, graph.constant('float32', [1], Float32Array.of(0.5))],
      [2, 16],
    );
    graph.output('y', graph.add('LeakyRelu', [shifted], [2, 16], { alpha: float(0.2) }));
    const input = numbers(64, 2);
    const [y] = runGraph(graph, { x: input });
    const wanted = Array.from({ length: 32 }, (_, i) => {
      let sum = 0.5;
      for (let k = 0; k < 32; k += 1)
        sum += (input[(i >> 4) * 32 + k] ?? 0) * (weights[k * 16 + (i & 15)] ?? 0);
      return sum < 0 ? 0.2 * sum : sum;
    });
    expect(y).toHaveLength(32);
    wanted.forEach((value, i) => expect(y?.[i]).toBeCloseTo(value, 5));
  });

  test('store equal constants once, aligned', () => {
    let written = 0;
    const pool = new WeightPool('w.bin', (bytes) => (written += bytes.length));
    const first = pool.place(numbers(1000));
    const again = pool.place(numbers(1000));
    const other = pool.place(numbers(1000, 9));
    expect(again).toBe(first);
    expect(other % 4096).toBe(0);
    expect(other).not.toBe(first);
    expect(written).toBe(pool.byteLength);
    expect(pool.byteLength).toBe(8192);
  });

  test('compute derived constants when they are placed, and only then', () => {
    const pieces: Buffer[] = [];
    const pool = new WeightPool('w.bin', (bytes) => pieces.push(Buffer.from(bytes)));
    let computed = 0;
    const derived = (scale: number) => ({
      length: 512,
      fill: (out: Float32Array) => {
        computed += 1;
        out[7] = scale;
      },
    });
    const first = derived(3);
    expect([pool.place(derived(2)), pool.place(first), pool.place(first), pool.place(derived(2))]).toEqual([
      0, 4096, 4096, 0,
    ]);
    expect(computed).toBe(3);
    const weights = Buffer.concat(pieces);
    expect([weights.readFloatLE(28), weights.readFloatLE(4096 + 28), weights.length]).toEqual([2, 3, 8192]);
  });

  test('name their inputs and outputs', () => {
    const graph = new Graph();
    const x = graph.input('audio', 'float32', [1]);
    graph.output('latents', graph.add('Neg', [x], [1]));
    const pool = new WeightPool('w.bin', () => undefined);
    const text = Buffer.from(writeModel(graph, 'encoder', pool)).toString('latin1');
    expect(text).toContain('audio');
    expect(text).toContain('latents');
    expect(text).toContain('encoder');
  });
});
