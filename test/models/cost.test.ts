import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { traceMethod } from '../../src/engine/model/import/evaluate/trace.js';
import { readInterface } from '../../src/engine/model/import/nn-interface.js';
import { prune } from '../../src/engine/model/import/graph/bind-graph.js';
import { elementCount, Graph, type Node } from '../../src/engine/onnx/graph.js';
import { Archive } from '../../src/engine/torchscript/archive.js';
import { Program } from '../../src/engine/torchscript/program.js';
import { shipped } from './shipped.js';

/**
 * Encode and decode may take 0.15 of real time on one core. Time is measured by `npm run bench`; how much there is to compute
 * holds on any machine. Four billion multiply-adds a second is a twelfth of what a core with AVX2 can do at 3 GHz, and less
 * than these models were seen to get (6 billion with one frame a call on a shared server core, 15 with four).
 */
const MOST_REAL_TIME = 0.15;
const PER_CORE_SECOND = 4e9;

/** Multiply-adds of a convolution or product; anything else counts one for each value that it puts out. */
function cost({ op, inputs: [first, second], outputs }: Node): number {
  const put = outputs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const kernel = elementCount(second?.shape.slice(1) ?? []);
  if (op === 'Conv') return put * kernel;
  if (op === 'ConvTranspose') return elementCount(first?.shape ?? []) * kernel;
  if (op === 'MatMul' || op === 'Gemm') return put * (first?.shape.at(-1) ?? 1);
  return put;
}

const costOf = (nodes: readonly Node[]) => nodes.reduce((sum, node) => sum + cost(node), 0);

/** Operations for a second of sound, encoded and decoded on one side, frame by frame. */
async function costPerSecond(path: string): Promise<number> {
  const program = Program.load(await Archive.fromBytes(Buffer.from(readFileSync(path))));
  const { inputChannels, latentDims, hop, sampleRate } = readInterface(program);
  const encode = prune(traceMethod(program, 'encode', [1, inputChannels, hop]));
  const decode = prune(traceMethod(program, 'decode', [1, latentDims, 1]));
  return ((costOf(encode.graph.nodes) + costOf(decode.graph.nodes)) * sampleRate) / hop;
}

it('counts as one does by hand', () => {
  const graph = new Graph();
  const weights = (...shape: number[]) => graph.constant('float32', shape, new Float32Array(elementCount(shape)));
  const sound = graph.input('sound', 'float32', [1, 4, 10]);
  // Eight places, six channels, each the sum of three taps of four channels; in two groups, of two.
  graph.add('Conv', [sound, weights(6, 4, 3)], [1, 6, 8]);
  expect(costOf(graph.nodes)).toBe(8 * 6 * 3 * 4);
  graph.add('Conv', [sound, weights(6, 2, 3)], [1, 6, 8]);
  expect(costOf(graph.nodes)).toBe(8 * 6 * 3 * (4 + 2));
  graph.add('ConvTranspose', [sound, weights(4, 6, 3)], [1, 6, 12]);
  graph.add('Tanh', [sound], [1, 4, 10]);
  expect(costOf(graph.nodes)).toBe(8 * 6 * 3 * (4 + 2) + 10 * 4 * 6 * 3 + 40);
});

it.each(shipped)('the bundled model %s can run within its share of one core', async (name) => {
  const cost = await costPerSecond(join('models', name, `${name}.ts`));
  expect(cost).toBeGreaterThan(1e7);
  expect(cost / PER_CORE_SECOND).toBeLessThanOrEqual(MOST_REAL_TIME);
});
