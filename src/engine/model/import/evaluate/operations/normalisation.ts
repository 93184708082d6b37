import { elementCount } from '../../../../onnx/graph.js';
import type { Real } from '../tensors/content.js';
import { type Arguments, axisOf, type OperationTable, OperationError } from '../context.js';
import type { Formulas } from './formulas.js';
import { formula } from './formulas.js';

/** Normalisations. Variances are biased (divided by the count), as torch normalises with. */

/** `(x − mean) / √(var + ε)` over axes. */
function standardise(f: Formulas, x: Real, axes: readonly number[], epsilon: number): Real {
  const centred = f.sub(x, f.mean(x, axes));
  const variance = f.mean(f.mul(centred, centred), axes);
  return f.div(centred, f.sqrt(f.add(variance, epsilon)));
}

/** A vector with one value per channel, shaped to meet [batch, channels, …]. */
function perChannel(f: Formulas, vector: Real, rank: number): Real {
  return f.algebra.reshape(vector, [
    vector.shape[0] ?? 1,
    ...new Array<number>(Math.max(0, rank - 2)).fill(1),
  ]);
}

/** Scale and offset for each channel, where they are given. */
function affine(f: Formulas, x: Real, weight: Real | null, bias: Real | null): Real {
  const rank = x.shape.length;
  const scaled = weight === null ? x : f.mul(x, perChannel(f, weight, rank));
  return bias === null ? scaled : f.add(scaled, perChannel(f, bias, rank));
}

const innerAxes = (x: Real): readonly number[] => x.shape.flatMap((_, axis) => (axis >= 2 ? [axis] : []));

/** Stored statistics fold into one scale and one offset for each channel. */
function withStatistics(
  f: Formulas,
  x: Real,
  args: Arguments,
  mean: Real,
  variance: Real,
  epsilon: number,
): Real {
  const inverse = f.unary('reciprocal', f.sqrt(f.add(variance, epsilon)));
  const weight = args.optionalReal(1);
  const scale = weight === null ? inverse : f.mul(weight, inverse);
  const bias = args.optionalReal(2);
  const centre = f.mul(mean, scale);
  return affine(f, x, scale, bias === null ? f.neg(centre) : f.sub(bias, centre));
}

/**
 * By stored statistics, or, where the module keeps none, by those of the block. Statistics that a module keeps are not
 * updated while playing.
 */
function batchNorm(f: Formulas, x: Real, args: Arguments): Real {
  const mean = args.optionalReal(3);
  const variance = args.optionalReal(4);
  const epsilon = args.float(7, 1e-5);
  const isTraining = args.bool(5, false);
  if (mean !== null && variance !== null) {
    if (isTraining) throw new OperationError('updating statistics while playing is not supported');
    return withStatistics(f, x, args, mean, variance, epsilon);
  }
  const normal = standardise(f, x, [0, ...innerAxes(x)], epsilon);
  return affine(f, normal, args.optionalReal(1), args.optionalReal(2));
}

function instanceNorm(f: Formulas, x: Real, args: Arguments): Real {
  const mean = args.optionalReal(3);
  const variance = args.optionalReal(4);
  const epsilon = args.float(7, 1e-5);
  if (!args.bool(5, true) && mean !== null && variance !== null)
    return withStatistics(f, x, args, mean, variance, epsilon);
  if (mean !== null) throw new OperationError('updating statistics while playing is not supported');
  return affine(f, standardise(f, x, innerAxes(x), epsilon), args.optionalReal(1), args.optionalReal(2));
}

function groupNorm(f: Formulas, x: Real, args: Arguments): Real {
  const groups = args.int(1);
  const [batch = 1, channels = 1] = x.shape;
  if (groups < 1 || channels % groups !== 0)
    throw new OperationError(`${channels} channels do not make ${groups} groups`, 'model-shape');
  const grouped = f.algebra.reshape(x, [batch, groups, elementCount(x.shape) / batch / groups]);
  const normal = f.algebra.reshape(standardise(f, grouped, [2], args.float(4, 1e-5)), x.shape);
  return affine(f, normal, args.optionalReal(2), args.optionalReal(3));
}

function lastAxes(x: Real, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => x.shape.length - count + i);
}

export const NORMALISATION: OperationTable = {
  batch_norm: formula(
    'input weight bias running_mean running_var training momentum eps cudnn_enabled',
    batchNorm,
  ),
  instance_norm: formula(
    'input weight bias running_mean running_var use_input_stats momentum eps cudnn_enabled',
    instanceNorm,
  ),
  group_norm: formula('input num_groups weight bias eps cudnn_enabled', groupNorm),
  layer_norm: formula('input normalized_shape weight bias eps cudnn_enable', (f, x, args) => {
    const normal = standardise(f, x, lastAxes(x, args.ints(1).length), args.float(4, 1e-5));
    const weight = args.optionalReal(2);
    const bias = args.optionalReal(3);
    const scaled = weight === null ? normal : f.mul(normal, weight);
    return bias === null ? scaled : f.add(scaled, bias);
  }),
  rms_norm: formula('input normalized_shape weight eps', (f, x, args) => {
    const square = f.mean(f.mul(x, x), lastAxes(x, args.ints(1).length));
    const normal = f.div(x, f.sqrt(f.add(square, args.float(3, 1.1920928955078125e-7))));
    const weight = args.optionalReal(2);
    return weight === null ? normal : f.mul(normal, weight);
  }),
  /** `g · v / ‖v‖`, the norm over all axes but one: folded, since both are weights. */
  _weight_norm: formula('v g dim', (f, v, args) => {
    const dim = args.int(2, 0);
    const axes = v.shape.map((_, axis) => axis).filter((axis) => axis !== dim);
    return f.mul(v, f.div(args.real(1), f.sqrt(f.sum(f.mul(v, v), axes))));
  }),
  cosine_similarity: formula('x1 x2 dim eps', (f, x, args) => {
    const y = args.real(1);
    const rank = Math.max(x.shape.length, y.shape.length);
    const axis = axisOf(args.int(2, 1), rank);
    const product = f.mul(x, y);
    const floor = args.float(3, 1e-8);
    const length = (a: Real): Real =>
      f.max(f.sqrt(f.sum(f.mul(a, a), [axis - rank + a.shape.length])), floor);
    const similarity = f.div(f.sum(product, [axis]), f.mul(length(x), length(y)));
    return f.algebra.reshape(
      similarity,
      similarity.shape.filter((_, i) => i !== axis),
    );
  }),
};
