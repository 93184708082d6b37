import { int, ints } from '../../../../onnx/graph.js';
import type { Real } from '../tensors/content.js';
import { type Arguments, op, type Operation, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { Tuple } from '../values.js';

/** Pooling over windows of the last one or two axes. */

interface Windows {
  readonly x: Real;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly shape: readonly number[];
}

const spread = (values: readonly number[], rank: number): readonly number[] =>
  values.length === rank ? values : new Array<number>(rank).fill(values[0] ?? 1);

/** Windows of a pooling; the input gets a batch axis where it has none. */
function windowsOf(args: Arguments, rank: number, ceilAt: number, dilationAt: number | null): Windows {
  const given = args.real(0);
  const x = args.context.algebra.reshape(
    given,
    given.shape.length === rank + 1 ? [1, ...given.shape] : given.shape,
  );
  const kernel = spread(args.ints(1), rank);
  const strides = args.ints(2, []);
  const stride = strides.length === 0 ? kernel : spread(strides, rank);
  const padding = spread(args.ints(3, [0]), rank);
  const dilation =
    dilationAt === null ? new Array<number>(rank).fill(1) : spread(args.ints(dilationAt, [1]), rank);
  const counts = kernel.map((size, i) => {
    const length = (x.shape[i + 2] ?? 0) + 2 * (padding[i] ?? 0) - (dilation[i] ?? 1) * (size - 1) - 1;
    const steps = length / (stride[i] ?? 1);
    if (args.bool(ceilAt, false) && !Number.isInteger(steps))
      throw new OperationError('windows that reach beyond the end (ceil_mode) are not supported');
    return Math.floor(steps) + 1;
  });
  if (counts.some((count) => count < 1))
    throw new OperationError('the window is larger than the signal', 'model-shape');
  return { x, kernel, stride, padding, dilation, shape: [...x.shape.slice(0, 2), ...counts] };
}

function pool(
  args: Arguments,
  kind: 'AveragePool' | 'MaxPool',
  windows: Windows,
  countPadding: boolean,
): Tensor {
  const { algebra } = args.context;
  const { x, kernel, stride, padding, dilation, shape } = windows;
  const pooled = algebra.node(kind, [x], shape, {
    kernel_shape: ints(kernel),
    strides: ints(stride),
    pads: ints([...padding, ...padding]),
    ...(kind === 'MaxPool'
      ? { dilations: ints(dilation) }
      : { count_include_pad: int(Number(countPadding)) }),
  });
  const wasUnbatched = args.tensor(0).shape.length < x.shape.length;
  return Tensor.of(wasUnbatched ? algebra.reshape(pooled, shape.slice(1)) : pooled);
}

const average = (rank: number): Operation =>
  op('self kernel_size stride padding ceil_mode count_include_pad divisor_override', (args) => {
    if (args.has(6)) throw new OperationError('another divisor is not supported');
    return pool(args, 'AveragePool', windowsOf(args, rank, 4, null), args.bool(5, true));
  });

const maximum = (rank: number): Operation =>
  op('self kernel_size stride padding dilation ceil_mode', (args) =>
    pool(args, 'MaxPool', windowsOf(args, rank, 5, 4), false),
  );

/** One axis divided into `count` windows as equal as they can be: their means or maxima, and the maxima's positions. */
function adapt(
  args: Arguments,
  kind: 'mean' | 'max',
  x: Real,
  axis: number,
  count: number,
): [Real, Real | null] {
  const { algebra } = args.context;
  const size = x.shape[axis] ?? 0;
  const values: Real[] = [];
  const positions: Real[] = [];
  for (let window = 0; window < count; window += 1) {
    const start = Math.floor((window * size) / count);
    const end = Math.ceil(((window + 1) * size) / count);
    const part = algebra.slice(x, axis, start, end - start);
    values.push(algebra.reduce(kind, part, [axis]));
    if (kind !== 'max') continue;
    const position = algebra.argExtreme('max', part, axis);
    positions.push(algebra.binary('add', position, algebra.integer(start)));
  }
  return [algebra.concat(values, axis), kind === 'max' ? algebra.concat(positions, axis) : null];
}

const adaptiveAverage = (rank: number): Operation =>
  op('self output_size', (args) => {
    let x = args.real(0);
    for (const [i, count] of spread(args.ints(1), rank).entries())
      [x] = adapt(args, 'mean', x, x.shape.length - rank + i, count);
    return Tensor.of(x);
  });

const adaptiveMaximum = op('self output_size', (args) => {
  const x = args.real(0);
  const [values, positions] = adapt(args, 'max', x, x.shape.length - 1, args.int(1));
  return new Tuple([Tensor.of(values), positions === null ? null : Tensor.of(positions)]);
});

export const POOLING: OperationTable = {
  avg_pool1d: average(1),
  avg_pool2d: average(2),
  max_pool1d: maximum(1),
  max_pool2d: maximum(2),
  adaptive_avg_pool1d: adaptiveAverage(1),
  adaptive_avg_pool2d: adaptiveAverage(2),
  adaptive_max_pool1d: adaptiveMaximum,
};
