import { int, ints } from '../../../../onnx/graph.js';
import type { Real } from '../tensors/content.js';
import { type Arguments, op, type Operation, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';

/** Convolutions of one or two dimensions. */

const shapeError = (what: string): OperationError => new OperationError(what, 'model-shape');

/** One value for each dimension; a single one stands for all. */
function each(values: readonly number[], rank: number): readonly number[] {
  return values.length === rank ? values : new Array<number>(rank).fill(values[0] ?? 0);
}

/** Input [batch, channels, …] and weights of a convolution; a missing batch axis is added. */
function operands(args: Arguments, rank: number): { x: Real; weight: Real; wasUnbatched: boolean } {
  const given = args.real(0);
  const wasUnbatched = given.shape.length === rank + 1;
  const x = wasUnbatched ? args.context.algebra.reshape(given, [1, ...given.shape]) : given;
  const weight = args.real(1);
  if (x.shape.length !== rank + 2 || weight.shape.length !== rank + 2)
    throw shapeError(`[${given.shape.join(', ')}] does not fit weights [${weight.shape.join(', ')}]`);
  return { x, weight, wasUnbatched };
}

function finish(args: Arguments, y: Real, wasUnbatched: boolean): Tensor {
  return Tensor.of(wasUnbatched ? args.context.algebra.reshape(y, y.shape.slice(1)) : y);
}

/** Elements added before and after each axis. */
function paddingOf(
  args: Arguments,
  kernel: readonly number[],
  dilation: readonly number[],
): { before: readonly number[]; after: readonly number[] } {
  const mode = args.at(4);
  if (typeof mode !== 'string') {
    const amounts = each(args.ints(4, [0]), kernel.length);
    return { before: amounts, after: amounts };
  }
  if (mode !== 'same' && mode !== 'valid') throw new OperationError(`padding "${mode}" is not supported`);
  const total = kernel.map((size, i) => (mode === 'same' ? (dilation[i] ?? 1) * (size - 1) : 0));
  const before = total.map((amount) => Math.floor(amount / 2));
  return { before, after: total.map((amount, i) => amount - (before[i] ?? 0)) };
}

const convolution = (rank: number): Operation =>
  op('input weight bias stride padding dilation groups', (args) => {
    const { x, weight, wasUnbatched } = operands(args, rank);
    const bias = args.optionalReal(2);
    const kernel = weight.shape.slice(2);
    const stride = each(args.ints(3, [1]), rank);
    const dilation = each(args.ints(5, [1]), rank);
    const { before, after } = paddingOf(args, kernel, dilation);
    const groups = args.int(6, 1);
    const [batch = 1, channels = 1] = x.shape;
    const [outputs = 1, perGroup = 1] = weight.shape;
    if (perGroup * groups !== channels || outputs % groups !== 0)
      throw shapeError(`${channels} channels do not fit weights [${weight.shape.join(', ')}]`);
    const frames = kernel.map((size, i) => {
      const length = (x.shape[i + 2] ?? 0) + (before[i] ?? 0) + (after[i] ?? 0);
      return Math.floor((length - (dilation[i] ?? 1) * (size - 1) - 1) / (stride[i] ?? 1)) + 1;
    });
    if (frames.some((count) => count < 1))
      throw shapeError(
        `${x.shape.slice(2).join(' × ')} samples are too few for a kernel of ${kernel.join(' × ')}`,
      );
    const y = args.context.algebra.node(
      'Conv',
      bias === null ? [x, weight] : [x, weight, bias],
      [batch, outputs, ...frames],
      {
        strides: ints(stride),
        pads: ints([...before, ...after]),
        dilations: ints(dilation),
        group: int(groups),
        kernel_shape: ints(kernel),
      },
    );
    return finish(args, y, wasUnbatched);
  });

const transposedConvolution = (rank: number): Operation =>
  op('input weight bias stride padding output_padding groups dilation', (args) => {
    const { x, weight, wasUnbatched } = operands(args, rank);
    const bias = args.optionalReal(2);
    const kernel = weight.shape.slice(2);
    const stride = each(args.ints(3, [1]), rank);
    const padding = each(args.ints(4, [0]), rank);
    const outputPadding = each(args.ints(5, [0]), rank);
    const groups = args.int(6, 1);
    const dilation = each(args.ints(7, [1]), rank);
    const [batch = 1, channels] = x.shape;
    const [inputs, perGroup = 1] = weight.shape;
    if (inputs !== channels)
      throw shapeError(`[${x.shape.join(', ')}] does not fit weights [${weight.shape.join(', ')}]`);
    const frames = kernel.map(
      (size, i) =>
        ((x.shape[i + 2] ?? 0) - 1) * (stride[i] ?? 1) -
        2 * (padding[i] ?? 0) +
        (dilation[i] ?? 1) * (size - 1) +
        (outputPadding[i] ?? 0) +
        1,
    );
    if (frames.some((count) => count < 1)) throw shapeError('the padding leaves nothing');
    const shape = [batch, perGroup * groups, ...frames];
    const y = args.context.algebra.node(
      'ConvTranspose',
      bias === null ? [x, weight] : [x, weight, bias],
      shape,
      {
        strides: ints(stride),
        pads: ints([...padding, ...padding]),
        output_padding: ints(outputPadding),
        dilations: ints(dilation),
        group: int(groups),
        kernel_shape: ints(kernel),
      },
    );
    return finish(args, y, wasUnbatched);
  });

export const CONVOLUTION: OperationTable = {
  conv1d: convolution(1),
  conv2d: convolution(2),
  conv_transpose1d: transposedConvolution(1),
  conv_transpose2d: transposedConvolution(2),
};
