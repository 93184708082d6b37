import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelManifest, manifestSchema } from '../../../../src/engine/model/manifest.js';
import type { LightOptions, ProductTimer } from '../../../../src/engine/model/precision/make-light.js';
import { constantProducts } from '../../../../src/engine/onnx/constant-products.js';
import { Graph } from '../../../../src/engine/onnx/graph.js';
import { WeightPool, writeModel } from '../../../../src/engine/onnx/write.js';
import { numbers } from '../../onnx/run-graph.js';

/** A small model whose encoder and decoder are two matrices each, one of which is large enough to be done in 8 bits. */

export const HOP = 256;
export const WIDTH = 96;
export const LATENTS = 4;

/** From audio to latents, or back, by two matrices. */
function graphOf(role: 'encoder' | 'decoder', seed: number): Graph {
  const [from, to] = role === 'encoder' ? [HOP, LATENTS] : [LATENTS, HOP];
  const [name, result] = role === 'encoder' ? ['audio', 'latents'] : ['latents', 'audio'];
  const graph = new Graph();
  const x = graph.input(name, 'float32', role === 'encoder' ? [1, 1, HOP] : [1, LATENTS, 1]);
  const row = graph.add('Reshape', [x, graph.integers([1, from])], [1, from]);
  const first = numbers(from * WIDTH, seed);
  const inner = graph.add('Gemm', [row, graph.constant('float32', [from, WIDTH], first)], [1, WIDTH]);
  const second = graph.constant('float32', [WIDTH, to], numbers(WIDTH * to, seed + 1));
  const y = graph.add('Gemm', [inner, second], [1, to]);
  const shape = role === 'encoder' ? [1, LATENTS, 1] : [1, 1, HOP];
  graph.output(result, graph.add('Reshape', [y, graph.integers(shape)], shape));
  return graph;
}

/** Writes the model into a folder. */
export function writeWideModel(dir: string): { dir: string; manifest: ModelManifest } {
  const pool = new WeightPool('weights.bin', (bytes) => appendFileSync(join(dir, 'weights.bin'), bytes));
  for (const [i, role] of (['encoder', 'decoder'] as const).entries())
    writeFileSync(join(dir, `${role}.onnx`), writeModel(graphOf(role, 3 * i + 1), role, pool));
  const tensors = {
    audio: { name: 'audio', shape: [1, 1, HOP] },
    latents: { name: 'latents', shape: [1, LATENTS, 1] },
  };
  const rest = { noise: [], state: null, initialState: null };
  const manifest = manifestSchema.parse({
    format: 'tiller-model',
    version: 1,
    name: 'wide',
    sha256: '0'.repeat(64),
    sourceBytes: 1,
    sampleRate: 16_000,
    hop: HOP,
    inputChannels: 1,
    outputChannels: 1,
    latentDims: LATENTS,
    fullLatentDims: LATENTS,
    parameters: 1,
    streaming: true,
    delaySamples: 0,
    latentRanges: Array.from({ length: LATENTS }, () => [-1, 1]),
    licence: null,
    variants: [
      {
        frames: 1,
        batch: 1,
        encoder: { file: 'encoder.onnx', input: tensors.audio, output: tensors.latents, ...rest },
        decoder: { file: 'decoder.onnx', input: tensors.latents, output: tensors.audio, ...rest },
      },
    ],
  });
  return { dir, manifest };
}

/** Says that these nodes are twice as fast in 8 bits and all others slower, instead of measuring. */
export const timer =
  (isFaster: (file: string, node: number) => boolean): ProductTimer =>
  ([exactPath], { file }) => {
    const products = constantProducts(readFileSync(exactPath)).map(({ node }) => node);
    const exact = new Map(products.map((node) => [node, 100]));
    const light = new Map(products.map((node) => [node, isFaster(file, node) ? 50 : 150]));
    return Promise.resolve([exact, light]);
  };

/** Options with which every matrix that is not tiny is done in 8 bits. */
export const everything: LightOptions = {
  time: timer(() => true),
  leastElements: 1000,
  limits: { latents: 0.1, audio: 0.1 },
  leastGain: 0,
};
