import fc from 'fast-check';
import { type Graph, int, ints } from '../../../src/engine/onnx/graph.js';
import { compare, expectClose } from './rewrite.js';
import { numbers } from './run-graph.js';

interface Bank {
  readonly batch: number;
  readonly groups: number;
  /** Channels and outputs of one group. */
  readonly channels: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly frames: number;
  readonly bias: boolean;
}

const banks: fc.Arbitrary<Bank> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  groups: fc.integer({ min: 1, max: 4 }),
  channels: fc.integer({ min: 1, max: 3 }),
  outputs: fc.integer({ min: 1, max: 5 }),
  kernel: fc.integer({ min: 1, max: 40 }),
  stride: fc.constantFrom(1, 1, 2, 8),
  frames: fc.constantFrom(1, 4, 7, 16, 32),
  bias: fc.boolean(),
});

/** Runs a convolution as it is, and rewritten; `isEqual`: all groups have the same weights. */
function compareBank(bank: Bank, isEqual: boolean): ReturnType<typeof compare> {
  const { batch, groups, channels, outputs, kernel, stride, frames } = bank;
  const size = outputs * channels * kernel;
  const weights = numbers(size * groups, 3).map((value, i, all) => (isEqual ? (all[i % size] ?? 0) : value));
  const length = (frames - 1) * stride + kernel;
  return compare([batch, groups * channels, length], (graph, x) => {
    const weight = graph.constant('float32', [groups * outputs, channels, kernel], weights);
    const bias = graph.constant('float32', [groups * outputs], numbers(groups * outputs, 4));
    const inputs = bank.bias ? [x, weight, bias] : [x, weight];
    return graph.add('Conv', inputs, [batch, groups * outputs, frames], {
      strides: ints([stride]),
      dilations: ints([1]),
      kernel_shape: ints([kernel]),
      pads: ints([0, 0]),
      group: int(groups),
    });
  });
}

const operators = (graph: Graph): string[] => graph.nodes.map(({ op }) => op);

describe('a filter bank', () => {
  test('equals the convolution of any geometry', () => {
    fc.assert(
      fc.property(banks, fc.boolean(), (bank, isEqual) => {
        const { plain, rewritten } = compareBank(bank, isEqual);
        expectClose(plain, rewritten);
      }),
      { numRuns: 80, seed: 11 },
    );
  });

  const bank: Bank = {
    batch: 1,
    groups: 4,
    channels: 1,
    outputs: 2,
    kernel: 32,
    stride: 1,
    frames: 32,
    bias: true,
  };

  test.each([
    ['the same filters on each channel', bank],
    ['the same filters with a stride', { ...bank, stride: 16, kernel: 64, frames: 4 }],
    ['one group of many taps', { ...bank, groups: 1, channels: 4 }],
  ])('becomes a product: %s', (_name, geometry) => {
    const { plain, rewritten, graph } = compareBank(geometry, true);
    expectClose(plain, rewritten);
    expect(operators(graph)).toContain('Gemm');
    expect(operators(graph)).not.toContain('Conv');
  });

  test.each([
    ['filters that differ between channels', bank, false],
    ['two sides at once', { ...bank, batch: 2 }, true],
    ['short filters', { ...bank, kernel: 8 }, true],
  ])('is left alone: %s', (_name, geometry, isEqual) => {
    const { plain, rewritten, graph } = compareBank(geometry, isEqual);
    expectClose(plain, rewritten);
    expect(operators(graph)).toContain('Conv');
  });
});
