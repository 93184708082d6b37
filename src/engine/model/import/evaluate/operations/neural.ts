import { int, ints } from '../../../../onnx/graph.js';
import { allocate, concrete, type Real } from '../tensors/content.js';
import { type Arguments, op, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { toReal } from './promotion.js';

function shapeError(what: string): OperationError {
  return new OperationError(what, 'model-shape');
}

function convolution(args: Arguments): Tensor {
  const { algebra } = args.context;
  const unbatched = args.real(0).shape.length === 2;
  const x = unbatched ? algebra.reshape(args.real(0), [1, ...args.real(0).shape]) : args.real(0);
  const weight = args.real(1);
  const bias = args.optionalReal(2);
  const [stride = 1] = args.ints(3, [1]);
  if (typeof args.at(4) === 'string')
    throw new OperationError(`padding "${args.string(4, '')}" is not supported`);
  const [padding = 0] = args.ints(4, [0]);
  const [dilation = 1] = args.ints(5, [1]);
  const groups = args.int(6, 1);
  const [batch, channels, length] = x.shape;
  const [outputs, perGroup, kernel] = weight.shape;
  if (batch === undefined || channels === undefined || length === undefined)
    throw shapeError('a signal of 3 dimensions was expected');
  if (outputs === undefined || perGroup === undefined || kernel === undefined || weight.shape.length !== 3) {
    throw shapeError('weights of 3 dimensions were expected');
  }
  if (perGroup * groups !== channels || outputs % groups !== 0) {
    throw shapeError(`${channels} channels do not fit weights [${weight.shape.join(', ')}]`);
  }
  const frames = Math.floor((length + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
  if (frames < 1) throw shapeError(`${length} samples are too few for a kernel of ${kernel}`);
  const y = algebra.node('Conv', bias === null ? [x, weight] : [x, weight, bias], [batch, outputs, frames], {
    strides: ints([stride]),
    pads: ints([padding, padding]),
    dilations: ints([dilation]),
    group: int(groups),
    kernel_shape: ints([kernel]),
  });
  return Tensor.of(unbatched ? algebra.reshape(y, [outputs, frames]) : y);
}

function transposedConvolution(args: Arguments): Tensor {
  const { algebra } = args.context;
  const x = args.real(0);
  const weight = args.real(1);
  const bias = args.optionalReal(2);
  const [stride = 1] = args.ints(3, [1]);
  const [padding = 0] = args.ints(4, [0]);
  const [outputPadding = 0] = args.ints(5, [0]);
  const groups = args.int(6, 1);
  const [dilation = 1] = args.ints(7, [1]);
  const [batch, channels, length] = x.shape;
  const [inputs, perGroup, kernel] = weight.shape;
  if (
    batch === undefined ||
    length === undefined ||
    perGroup === undefined ||
    kernel === undefined ||
    inputs !== channels
  ) {
    throw shapeError(`[${x.shape.join(', ')}] does not fit weights [${weight.shape.join(', ')}]`);
  }
  const frames = (length - 1) * stride - 2 * padding + dilation * (kernel - 1) + outputPadding + 1;
  if (frames < 1) throw shapeError('the padding leaves nothing');
  const inputsOf = bias === null ? [x, weight] : [x, weight, bias];
  return Tensor.of(
    algebra.node('ConvTranspose', inputsOf, [batch, perGroup * groups, frames], {
      strides: ints([stride]),
      pads: ints([padding, padding]),
      output_padding: ints([outputPadding]),
      dilations: ints([dilation]),
      group: int(groups),
      kernel_shape: ints([kernel]),
    }),
  );
}

/** A vector of one value per channel, shaped to meet [batch, channels, …]. */
function perChannel(args: Arguments, vector: Real, rank: number): Real {
  return args.context.algebra.reshape(vector, [vector.shape[0] ?? 1, ...new Array<number>(rank - 2).fill(1)]);
}

/** Batch normalisation with stored statistics: a scale and an offset for each channel. */
function batchNorm(args: Arguments): Tensor {
  const { algebra } = args.context;
  const x = args.real(0);
  const mean = args.optionalReal(3);
  const variance = args.optionalReal(4);
  if (args.bool(5, false) || mean === null || variance === null) {
    throw new OperationError('normalising by the statistics of the block is not supported');
  }
  const epsilon = toReal(args.context, args.float(7, 1e-5), variance.type);
  const deviation = algebra.unary('sqrt', algebra.binary('add', variance, epsilon));
  const weight = args.optionalReal(1);
  const inverse = algebra.unary('reciprocal', deviation);
  const scale = weight === null ? inverse : algebra.binary('mul', weight, inverse);
  const bias = args.optionalReal(2);
  const centre = algebra.binary('mul', mean, scale);
  const offset = bias === null ? algebra.unary('neg', centre) : algebra.binary('sub', bias, centre);
  const scaled = algebra.binary('mul', x, perChannel(args, scale, x.shape.length));
  return Tensor.of(algebra.binary('add', scaled, perChannel(args, offset, x.shape.length)));
}

function linear(args: Arguments): Tensor {
  const { algebra } = args.context;
  const bias = args.optionalReal(2);
  const product = algebra.matmul(args.real(0), algebra.transpose(args.real(1), [1, 0]));
  return Tensor.of(bias === null ? product : algebra.binary('add', product, bias));
}

/** torch's product of vectors, matrices and stacks of them. */
function matmul(args: Arguments): Tensor {
  const { algebra } = args.context;
  const a = args.real(0);
  const b = args.real(1);
  const left = a.shape.length === 1 ? algebra.reshape(a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? algebra.reshape(b, [...b.shape, 1]) : b;
  const product = algebra.matmul(left, right);
  const shape = product.shape.filter(
    (_, axis) =>
      !(a.shape.length === 1 && axis === product.shape.length - 2) &&
      !(b.shape.length === 1 && axis === product.shape.length - 1),
  );
  return Tensor.of(algebra.reshape(product, shape));
}

/** `g · v / ‖v‖`, the norm over all axes but one: folded, since both are weights. */
function weightNorm(args: Arguments): Tensor {
  const { algebra } = args.context;
  const v = args.real(0);
  const dim = args.int(2, 0);
  const axes = v.shape.map((_, axis) => axis).filter((axis) => axis !== dim);
  const norm = algebra.unary('sqrt', algebra.reduce('sum', algebra.binary('mul', v, v), axes));
  return Tensor.of(algebra.binary('mul', v, algebra.binary('div', args.real(1), norm)));
}

export const NEURAL: OperationTable = {
  conv1d: op('input weight bias stride padding dilation groups', convolution),
  conv_transpose1d: op(
    'input weight bias stride padding output_padding groups dilation',
    transposedConvolution,
  ),
  batch_norm: op('input weight bias running_mean running_var training momentum eps cudnn_enabled', batchNorm),
  linear: op('input weight bias', linear),
  matmul: op('self other', matmul),
  mm: op('self other', matmul),
  bmm: op('self other', matmul),
  _weight_norm: op('v g dim', weightNorm),
  embedding: op('weight indices padding_idx scale_grad_by_freq sparse', (args) =>
    Tensor.of(args.context.algebra.gather(args.real(0), args.real(1), 0)),
  ),
  one_hot: op('self num_classes', (args) => {
    const { context } = args;
    const indices = args.real(0);
    const classes = args.int(1);
    if (classes < 1) throw new OperationError('one_hot without a number of classes is not supported');
    const column = context.algebra.reshape(indices, [...indices.shape, 1]);
    const range = concrete(indices.type, [classes], allocate(indices.type, classes));
    for (let i = 0; i < classes; i += 1) range.data[i] = i;
    const hit = context.algebra.binary('eq', column, range);
    return Tensor.of(context.algebra.cast(hit, 'int64'));
  }),
  dropout: op('input p train', (args) => {
    if (args.bool(2, false)) throw new OperationError('dropout while playing is not supported');
    return args.tensor(0);
  }),
};
