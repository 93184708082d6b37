import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { BLOCK_ROWS, dequantise, quantise } from '../../../src/engine/model/precision/quantise.js';
import { SyncSession } from '../../../src/engine/model/run/sync-session.js';
import {
  constantProducts,
  exchangeProducts,
  productName,
} from '../../../src/engine/onnx/constant-products.js';
import { float, Graph } from '../../../src/engine/onnx/graph.js';
import { WeightPool, writeModel } from '../../../src/engine/onnx/write.js';
import { numbers } from './run-graph.js';

const ROWS = BLOCK_ROWS + 6;
const COLUMNS = 20;
const FRAMES = 3;

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'tiller-products-'))));
afterEach(() => rmSync(dir, { recursive: true }));

/** Two products by one large matrix, one of them with a bias and an activation, and one by a matrix too small for the weights file. */
function write(matrix: Float32Array): Uint8Array {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [FRAMES, ROWS]);
  const weights = graph.constant('float32', [ROWS, COLUMNS], matrix);
  const bias = graph.constant('float32', [COLUMNS], numbers(COLUMNS, 4));
  const first = graph.add('Gemm', [x, weights, bias], [FRAMES, COLUMNS]);
  const active = graph.add('LeakyRelu', [first], [FRAMES, COLUMNS], { alpha: float(0.2) });
  const second = graph.add('MatMul', [x, weights], [FRAMES, COLUMNS]);
  const sum = graph.add('Add', [active, second], [FRAMES, COLUMNS]);
  const last = graph.constant('float32', [COLUMNS, 4], small());
  graph.output('y', graph.add('MatMul', [sum, last], [FRAMES, 4]));
  const pool = new WeightPool('weights.bin', (bytes) => appendFileSync(join(dir, 'weights.bin'), bytes));
  return writeModel(graph, 'g', pool);
}

function run(model: Uint8Array): Float32Array {
  writeFileSync(join(dir, 'g.onnx'), model);
  const session = new SyncSession(join(dir, 'g.onnx'));
  const y = new Tensor('float32', new Float32Array(FRAMES * 4), [FRAMES, 4]);
  session.run({ x: new Tensor('float32', input(), [FRAMES, ROWS]) }, { y });
  session.dispose();
  return y.data;
}

const matrix = () => numbers(ROWS * COLUMNS);

/** Writes a quantised matrix and says where. */
function place(): { file: string; valuesOffset: number; scalesOffset: number; blockRows: number } {
  const { values, scales } = quantise(matrix(), ROWS, COLUMNS);
  writeFileSync(join(dir, 'light.bin'), values);
  appendFileSync(join(dir, 'light.bin'), Buffer.from(scales.buffer));
  return { file: 'light.bin', valuesOffset: 0, scalesOffset: values.length, blockRows: BLOCK_ROWS };
}

const input = () => numbers(FRAMES * ROWS, 2);
const small = () => numbers(COLUMNS * 4, 5);

/** By how much each value of y can change where inputs are rounded to 8 bits, block by block: half a step in each. */
function mostChange(weights: Float32Array): number[] {
  const x = input();
  const ofFirst = Array.from({ length: FRAMES * COLUMNS }, (_, at) => {
    const frame = Math.floor(at / COLUMNS);
    const column = at % COLUMNS;
    let sum = 0;
    for (let block = 0; block < ROWS; block += BLOCK_ROWS) {
      const rows = Array.from({ length: Math.min(BLOCK_ROWS, ROWS - block) }, (_, i) => block + i);
      const halfStep = Math.max(...rows.map((row) => Math.abs(x[frame * ROWS + row] ?? NaN))) / 127 / 2;
      for (const row of rows) sum += halfStep * Math.abs(weights[row * COLUMNS + column] ?? NaN);
    }
    return sum;
  });
  // The activation enlarges no difference, and two products are added.
  return Array.from({ length: FRAMES * 4 }, (_, at) => {
    const frame = Math.floor(at / 4);
    let sum = 0;
    for (let column = 0; column < COLUMNS; column += 1)
      sum += 2 * (ofFirst[frame * COLUMNS + column] ?? NaN) * Math.abs(small()[column * 4 + (at % 4)] ?? NaN);
    return sum;
  });
}

describe('products with constant matrices', () => {
  it('are found where the matrix lies in the weights file', () => {
    const found = constantProducts(write(matrix()));
    expect(found.map(({ node }) => node)).toEqual([0, 2]);
    for (const { rows, columns, offset } of found)
      expect([rows, columns, offset]).toEqual([ROWS, COLUMNS, 0]);
  });

  it('stay as they are, but for their names, where none is exchanged', () => {
    const model = write(matrix());
    const named = exchangeProducts(model, () => null);
    expect(run(named)).toEqual(run(model));
    expect(Buffer.from(named).toString('latin1')).toContain(productName(2));
  });

  it('give what the dequantised matrix gives, but for the rounding of the input', () => {
    const light = run(exchangeProducts(write(matrix()), place));
    const exact = run(write(matrix()));
    rmSync(join(dir, 'weights.bin'));
    const rounded = run(write(dequantise(quantise(matrix(), ROWS, COLUMNS))));
    const bounds = mostChange(dequantise(quantise(matrix(), ROWS, COLUMNS)));
    light.forEach((value, i) =>
      expect(Math.abs(value - (rounded[i] ?? NaN))).toBeLessThanOrEqual(1.01 * (bounds[i] ?? NaN)),
    );
    expect(light).not.toEqual(rounded);
    expect(rounded).not.toEqual(exact);
  });

  it('are exchanged one by one', () => {
    const model = write(matrix());
    const placed = place();
    const [first, second, both] = [[0], [2], [0, 2]].map((nodes) =>
      run(exchangeProducts(model, ({ node }) => (nodes.includes(node) ? placed : null))),
    ) as [Float32Array, Float32Array, Float32Array];
    const exact = run(model);
    for (const y of [first, second, both]) expect(y).not.toEqual(exact);
    expect(both).not.toEqual(first);
    expect(both).not.toEqual(second);
  });

  it('keep no matrix that no node reads any more', () => {
    const model = write(matrix());
    const placed = place();
    const one = exchangeProducts(model, ({ node }) => (node === 0 ? placed : null));
    expect(constantProducts(one)).toHaveLength(1);
    rmSync(join(dir, 'weights.bin'));
    // The small matrix lies in the model itself.
    expect(run(exchangeProducts(model, place))).toHaveLength(FRAMES * 4);
  });
});
