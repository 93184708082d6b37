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
 * Encode and decode may take 0.15 of real time on one core. Time is measured by `npm run bench`; the number of operations is the
 * same on every machine. Four billion multiply-adds per second is a twelfth of the peak of a core with AVX2 at 3 GHz, and less
 * than was measured for these models (6 billion with one latent frame per call on a shared server core, 15 with four).
 */
const MOST_REAL_TIME = 0.15;
const PER_CORE_SECOND = 4e9;

/** Multiply-adds of a convolution or matrix product; other operations count one per output value. */
function cost({ op, inputs: [first, second], outputs }: Node): number {
  const put = outputs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const kernel = elementCount(second?.shape.slice(1) ?? []);
  if (op === 'Conv') return put * kernel;
  if (op === 'ConvTranspose') return elementCount(first?.shape ?? []) * kernel;
  if (op === 'MatMul' || op === 'Gemm') return put * (first?.shape.at(-1) ?? 1);
  return put;
}

const costOf = (nodes: readonly Node[]) => nodes.reduce((sum, node) => sum + cost(node), 0);

/** Operations per second of audio, encoded and decoded in one channel, one latent frame per call. */
async function costPerSecond(path: string): Promise<number> {
  const program = Program.load(await Archive.fromBytes(Buffer.from(readFileSync(path))));
  const { inputChannels, latentDims, hop, sampleRate } = readInterface(program);
  const encode = prune(traceMethod(program, 'encode', [1, inputChannels, hop]));
  const decode = prune(traceMethod(program, 'decode', [1, latentDims, 1]));
  return ((costOf(encode.graph.nodes) + costOf(decode.graph.nodes)) * sampleRate) / hop;
}

it('counts the operations of a graph as worked by hand', () => {
  const graph = new Graph();
  const weights = (...shape: number[]) => graph.constant('float32', shape, new Float32Array(elementCount(shape)));
  const sound = graph.input('sound', 'float32', [1, 4, 10]);
  // Eight positions, six channels, each the sum of three taps of four channels; of two in two groups.
  graph.add('Conv', [sound, weights(6, 4, 3)], [1, 6, 8]);
  expect(costOf(graph.nodes)).toBe(8 * 6 * 3 * 4);
  graph.add('Conv', [sound, weights(6, 2, 3)], [1, 6, 8]);
  expect(costOf(graph.nodes)).toBe(8 * 6 * 3 * (4 + 2));
  graph.add('ConvTranspose', [sound, weights(4, 6, 3)], [1, 6, 12]);
  graph.add('Tanh', [sound], [1, 4, 10]);
  expect(costOf(graph.nodes)).toBe(8 * 6 * 3 * (4 + 2) + 10 * 4 * 6 * 3 + 40);
});

it.each(shipped)('the bundled model %s needs no more operations than its share of one core', async (name) => {
  const cost = await costPerSecond(join('models', name, `${name}.ts`));
  expect(cost).toBeGreaterThan(1e7);
  expect(cost / PER_CORE_SECOND).toBeLessThanOrEqual(MOST_REAL_TIME);
});
