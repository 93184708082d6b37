import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { SyncSession } from '../../../src/engine/model/run/sync-session.js';
import { elementCount, type Graph } from '../../../src/engine/onnx/graph.js';
import { WeightPool, writeModel } from '../../../src/engine/onnx/write.js';

/** What an input that is not given is filled with: an even draw that lies in the middle. */
const UNGIVEN = 0.5;

/** Writes a graph, opens it in onnxruntime and runs it once. */
export function runGraph(graph: Graph, inputs: Readonly<Record<string, Float32Array>>): Float32Array[] {
  const dir = mkdtempSync(join(tmpdir(), 'tiller-onnx-'));
  try {
    const weights = join(dir, 'weights.bin');
    const pool = new WeightPool('weights.bin', (bytes) => appendFileSync(weights, bytes));
    writeFileSync(join(dir, 'g.onnx'), writeModel(graph, 'g', pool));
    const session = new SyncSession(join(dir, 'g.onnx'));
    const feeds = Object.fromEntries(
      graph.inputs.map(({ name, value }) => [
        name,
        new Tensor(
          'float32',
          inputs[name] ?? new Float32Array(elementCount(value.shape)).fill(UNGIVEN),
          value.shape,
        ),
      ]),
    );
    const outputs = graph.outputs.map(
      ({ value }) => new Tensor('float32', new Float32Array(elementCount(value.shape)), value.shape),
    );
    session.run(feeds, Object.fromEntries(graph.outputs.map(({ name }, i) => [name, outputs[i] as Tensor])));
    session.dispose();
    return outputs.map((output) => output.data);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Numbers that look random and are the same each time. */
export function numbers(count: number, seed = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) % 1);
}
