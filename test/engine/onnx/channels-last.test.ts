import fc from 'fast-check';
import { Graph, int, ints, type Value } from '../../../src/engine/onnx/graph.js';
import { toChannelsLast } from '../../../src/engine/onnx/passes/channels-last.js';
import { removeDeadCode } from '../../../src/engine/onnx/passes/dead-code.js';
import { compare, expectClose } from './rewrite.js';
import { numbers, runGraph } from './run-graph.js';

interface Geometry {
  readonly batch: number;
  readonly channels: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly frames: number;
  readonly bias: boolean;
}

const geometries: fc.Arbitrary<Geometry> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 5 }),
  outputs: fc.integer({ min: 1, max: 5 }),
  kernel: fc.integer({ min: 1, max: 12 }),
  stride: fc.integer({ min: 1, max: 4 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  frames: fc.integer({ min: 1, max: 6 }),
  bias: fc.boolean(),
});

function parameters(graph: Graph, shape: readonly number[], outputs: number, bias: boolean): Value[] {
  const weight = graph.constant(
    'float32',
    shape,
    numbers(
      shape.reduce((a, b) => a * b, 1),
      3,
    ),
  );
  return bias ? [weight, graph.constant('float32', [outputs], numbers(outputs, 4))] : [weight];
}

function convolution(graph: Graph, x: Value, g: Geometry): Value {
  const inputs = [x, ...parameters(graph, [g.outputs, x.shape[1] ?? 1, g.kernel], g.outputs, g.bias)];
  return graph.add('Conv', inputs, [g.batch, g.outputs, g.frames], {
    strides: ints([g.stride]),
    dilations: ints([g.dilation]),
    kernel_shape: ints([g.kernel]),
    pads: ints([0, 0]),
    group: int(1),
  });
}

function transposed(graph: Graph, x: Value, g: Geometry): Value {
  const inputs = [x, ...parameters(graph, [x.shape[1] ?? 1, g.outputs, g.kernel], g.outputs, g.bias)];
  const length = ((x.shape[2] ?? 1) - 1) * g.stride + g.kernel;
  return graph.add('ConvTranspose', inputs, [g.batch, g.outputs, length], {
    strides: ints([g.stride]),
    kernel_shape: ints([g.kernel]),
    pads: ints([0, 0]),
    group: int(1),
  });
}

function slice(graph: Graph, x: Value, axis: number, start: number, end: number, step = 1): Value {
  const shape = x.shape.map((size, i) => (i === axis ? Math.ceil((end - start) / step) : size));
  const bounds = [[start], [end], [axis], [step]].map((values) => graph.integers(values));
  return graph.add('Slice', [x, ...bounds], shape);
}

describe('channels-last', () => {
  test('equals convolutions of any geometry', () => {
    fc.assert(
      fc.property(geometries, fc.integer({ min: 0, max: 3 }), (g, spare) => {
        const length =
          (g.frames - 1) * g.stride + (g.kernel - 1) * g.dilation + 1 + Math.min(spare, g.stride - 1);
        const { plain, rewritten } = compare([g.batch, g.channels, length], (graph, x) =>
          convolution(graph, x, g),
        );
        expectClose(plain, rewritten);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  test('equals transposed convolutions of any geometry', () => {
    fc.assert(
      fc.property(geometries, (g) => {
        const { plain, rewritten } = compare([g.batch, g.channels, g.frames], (graph, x) =>
          transposed(graph, x, g),
        );
        expectClose(plain, rewritten);
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  /** A mutated model asked for a stride of millions, and its matrix, all zeros but three rows, for 77 GB. */
  test.each([
    ['convolution', convolution, 'Conv'],
    ['transposed convolution', transposed, 'ConvTranspose'],
  ] as const)('leaves a %s alone whose stride leaps over samples', (_name, make, op) => {
    const g: Geometry = {
      batch: 1,
      channels: 2,
      outputs: 2,
      kernel: 3,
      stride: 5000,
      dilation: 1,
      frames: 2,
      bias: false,
    };
    const length = op === 'Conv' ? 5003 : 2;
    const { plain, rewritten, graph } = compare([1, 2, length], (inner, x) => make(inner, x, g));
    expectClose(plain, rewritten);
    expect(graph.nodes.map((node) => node.op)).toContain(op);
  });

  test('keeps the layout through the operations in between, without moving data back', () => {
    const g: Geometry = {
      batch: 1,
      channels: 4,
      outputs: 4,
      kernel: 3,
      stride: 1,
      dilation: 1,
      frames: 10,
      bias: true,
    };
    const scale = numbers(4, 8);
    const { plain, rewritten, graph } = compare([1, 4, 12], (graph, x) => {
      const y = graph.add('Tanh', [convolution(graph, x, g)], [1, 4, 10]);
      const scaled = graph.add('Mul', [y, graph.constant('float32', [4, 1], scale)], [1, 4, 10]);
      const joined = graph.add(
        'Concat',
        [slice(graph, scaled, 2, 0, 3), slice(graph, scaled, 2, 1, 10, 2)],
        [1, 4, 8],
        { axis: int(2) },
      );
      const halves = graph.add(
        'Mul',
        [slice(graph, joined, 1, 0, 2), slice(graph, joined, 1, 2, 4)],
        [1, 2, 8],
      );
      return convolution(graph, halves, { ...g, kernel: 1, frames: 8 });
    });
    expectClose(plain, rewritten);
    const ops = graph.nodes.map(({ op }) => op);
    expect(ops).not.toContain('Conv');
    expect(ops.filter((op) => op === 'Transpose')).toHaveLength(2);
  });

  const pointwise: Geometry = {
    batch: 1,
    channels: 4,
    outputs: 6,
    kernel: 1,
    stride: 1,
    dilation: 1,
    frames: 5,
    bias: true,
  };

  test.each([1, 2])('interleaves channels into time without moving data, batch %i', (batch) => {
    const g = { ...pointwise, batch };
    const { plain, rewritten, graph } = compare([batch, 4, 5], (graph, x) => {
      const phases = graph.add(
        'Reshape',
        [convolution(graph, x, g), graph.integers([batch, 3, 2, 5])],
        [batch, 3, 2, 5],
      );
      const turned = graph.add('Transpose', [phases], [batch, 3, 5, 2], { perm: ints([0, 1, 3, 2]) });
      const y = graph.add('Reshape', [turned, graph.integers([batch, 3, 10])], [batch, 3, 10]);
      return convolution(graph, y, { ...g, frames: 10 });
    });
    expectClose(plain, rewritten);
    // Into the first product and out of the last.
    expect(graph.nodes.filter(({ op }) => op === 'Transpose')).toHaveLength(2);
  });

  test.each([1, 2])('repeats, sums and concatenates without moving data, batch %i', (batch) => {
    const g = { ...pointwise, batch };
    const ramp = Float32Array.of(0.25, 0.5, 0.75, 1);
    const { plain, rewritten, graph } = compare([batch, 4, 5], (graph, x) => {
      const y = convolution(graph, x, g);
      const open = graph.add('Reshape', [y, graph.integers([batch, 6, 5, 1])], [batch, 6, 5, 1]);
      const steps = graph.add('Mul', [open, graph.constant('float32', [1, 1, 1, 4], ramp)], [batch, 6, 5, 4]);
      const held = graph.add('Reshape', [steps, graph.integers([batch, 6, 20])], [batch, 6, 20]);
      const pairs = graph.add('Reshape', [held, graph.integers([batch, 2, 3, 20])], [batch, 2, 3, 20]);
      const sums = graph.add('ReduceSum', [pairs, graph.integers([2])], [batch, 2, 1, 20], {
        keepdims: int(1),
      });
      const folded = graph.add('Reshape', [sums, graph.integers([batch, 2, 20])], [batch, 2, 20]);
      const joined = graph.add('Concat', [held, folded], [batch, 8, 20], { axis: int(1) });
      return convolution(graph, joined, { ...g, frames: 20 });
    });
    expectClose(plain, rewritten);
    expect(graph.nodes.filter(({ op }) => op === 'Transpose')).toHaveLength(2);
  });

  test('keeps what is used in both layouts', () => {
    const { plain, rewritten } = compare([1, 4, 5], (graph, x) => {
      const y = convolution(graph, x, pointwise);
      const rolled = graph.add('Reshape', [x, graph.integers([1, 1, 20])], [1, 1, 20]);
      const scan = graph.add(
        'CumSum',
        [rolled, graph.constant('int64', [], BigInt64Array.of(2n))],
        [1, 1, 20],
      );
      return graph.add(
        'Concat',
        [graph.add('Reshape', [y, graph.integers([1, 1, 30])], [1, 1, 30]), scan],
        [1, 1, 50],
        {
          axis: int(2),
        },
      );
    });
    expectClose(plain, rewritten);
  });

  test('turns a transpose into no data movement where the layout already fits', () => {
    const g: Geometry = {
      batch: 2,
      channels: 3,
      outputs: 5,
      kernel: 1,
      stride: 1,
      dilation: 1,
      frames: 6,
      bias: false,
    };
    const { plain, rewritten, graph } = compare([2, 3, 6], (graph, x) =>
      graph.add('Transpose', [convolution(graph, x, g)], [2, 6, 5], { perm: ints([0, 2, 1]) }),
    );
    expectClose(plain, rewritten);
    expect(graph.nodes.filter(({ op }) => op === 'Transpose')).toHaveLength(1);
  });

  test('leaves grouped convolutions as they are', () => {
    const { plain, rewritten, graph } = compare([1, 4, 9], (graph, x) =>
      graph.add('Conv', [x, graph.constant('float32', [4, 2, 3], numbers(24))], [1, 4, 7], {
        strides: ints([1]),
        dilations: ints([1]),
        kernel_shape: ints([3]),
        pads: ints([0, 0]),
        group: int(2),
      }),
    );
    expectClose(plain, rewritten);
    expect(graph.nodes.map(({ op }) => op)).toContain('Conv');
  });

  test('streams a transposed convolution by its cache', () => {
    const g: Geometry = {
      batch: 2,
      channels: 3,
      outputs: 2,
      kernel: 6,
      stride: 3,
      dilation: 1,
      frames: 4,
      bias: false,
    };
    const run = (rewrite: boolean): { y: Float32Array[]; ops: string[] } => {
      const graph = new Graph();
      const x = graph.input('x', 'float32', [2, 3, 4]);
      const cache = graph.input('cache', 'float32', [2, 2, 3]);
      const whole = transposed(graph, x, g);
      const head = graph.add('Add', [slice(graph, whole, 2, 0, 3), cache], [2, 2, 3]);
      const joined = graph.add('Concat', [head, slice(graph, whole, 2, 3, 15)], [2, 2, 15], { axis: int(2) });
      const after = slice(graph, joined, 2, 12, 15);
      const output = slice(graph, joined, 2, 0, 12);
      const moved = rewrite ? toChannelsLast(graph, output, [{ before: cache, after }]) : null;
      const kept = moved?.carried[0];
      graph.inputs.splice(0, 2, { name: 'x', value: x }, { name: 'cache', value: kept?.before ?? cache });
      graph.inputs.splice(2);
      graph.output('y', graph.add('Identity', [moved?.output ?? output], [2, 2, 12]));
      const out = kept?.after ?? after;
      graph.output('after', graph.add('Identity', [out], out.shape));
      removeDeadCode(
        graph,
        graph.outputs.map((entry) => entry.value),
      );
      const state = numbers(12, 11);
      const swap = (data: Float32Array): Float32Array =>
        Float32Array.from(
          data,
          (_, i) => data[Math.floor(i / 6) * 6 + (i % 2) * 3 + (Math.floor(i / 2) % 3)] ?? 0,
        );
      const y = runGraph(graph, { x: numbers(24), cache: rewrite ? swap(state) : state });
      return {
        y: [y[0] ?? state, rewrite ? (y[1] ?? state) : swap(y[1] ?? state)],
        ops: graph.nodes.map(({ op }) => op),
      };
    };
    const plain = run(false);
    const rewritten = run(true);
    plain.y.forEach((wanted, i) => expectClose(wanted, rewritten.y[i] ?? new Float32Array()));
    expect(rewritten.ops).not.toContain('ConvTranspose');
    expect(rewritten.ops.length).toBeLessThan(16);
  });
});
