import type { Real } from '../tensors/content.js';
import { axisOf, type OperationTable, OperationError } from '../context.js';
import { formula, type Formulas } from './formulas.js';
import { elementType } from './promotion.js';

/** Activation functions, as torch.nn.functional defines them. */

const sigmoid = (f: Formulas, x: Real): Real => f.unary('sigmoid', x);

/** `log(1 + eˣ)` by ONNX's operator, which is stable for large x. */
const softplus = (f: Formulas, x: Real): Real => f.unary('softplus', x);

/** `scale · (max(0, x) + min(0, α (e^(x/β) − 1)))` */
function exponentialUnit(f: Formulas, x: Real, alpha: number, scale: number, beta: number): Real {
  const negative = f.mul(f.sub(f.exp(f.mul(f.min(x, 0), 1 / beta)), 1), alpha);
  return f.mul(f.add(f.max(x, 0), negative), scale);
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

function gelu(f: Formulas, x: Real, approximation: string): Real {
  if (approximation === 'none') {
    const cumulative = f.mul(f.add(f.unary('erf', f.mul(x, Math.SQRT1_2)), 1), 0.5);
    return f.mul(x, cumulative);
  }
  if (approximation !== 'tanh')
    throw new OperationError(`the approximation "${approximation}" is not supported`);
  const cubic = f.mul(f.mul(f.mul(x, x), x), 0.044715);
  const inner = f.mul(f.add(x, cubic), Math.sqrt(2 / Math.PI));
  return f.mul(f.mul(x, f.add(f.unary('tanh', inner), 1)), 0.5);
}

/** `e^(x − max) / Σ e^(x − max)` along an axis. */
function softmax(f: Formulas, x: Real, axis: number): Real {
  if (x.shape.length === 0) return f.add(f.mul(x, 0), 1);
  const raised = f.exp(f.sub(x, f.algebra.reduce('max', x, [axis])));
  return f.div(raised, f.sum(raised, [axis]));
}

function logSoftmax(f: Formulas, x: Real, axis: number): Real {
  const shifted = f.sub(x, f.algebra.reduce('max', x, [axis]));
  return f.sub(shifted, f.log(f.sum(f.exp(shifted), [axis])));
}

export const ACTIVATIONS: OperationTable = {
  elu: formula('self alpha scale input_scale', (f, x, args) =>
    exponentialUnit(f, x, args.float(1, 1), args.float(2, 1), 1 / args.float(3, 1)),
  ),
  celu: formula('self alpha', (f, x, args) => exponentialUnit(f, x, args.float(1, 1), 1, args.float(1, 1))),
  selu: formula('self', (f, x) => exponentialUnit(f, x, SELU_ALPHA, SELU_SCALE, 1)),
  gelu: formula('self approximate', (f, x, args) => gelu(f, x, args.string(1, 'none'))),
  silu: formula('self', (f, x) => f.mul(x, sigmoid(f, x))),
  mish: formula('self', (f, x) => f.mul(x, f.unary('tanh', softplus(f, x)))),
  hardtanh: formula('self min_val max_val', (f, x, args) => f.clip(x, args.float(1, -1), args.float(2, 1))),
  relu6: formula('self', (f, x) => f.clip(x, 0, 6)),
  hardsigmoid: formula('self', (f, x) => f.div(f.clip(f.add(x, 3), 0, 6), 6)),
  hardswish: formula('self', (f, x) => f.div(f.mul(x, f.clip(f.add(x, 3), 0, 6)), 6)),
  log_sigmoid: formula('self', (f, x) => f.neg(softplus(f, f.neg(x)))),
  softplus: formula('self beta threshold', (f, x, args) => {
    const beta = args.float(1, 1);
    const scaled = f.mul(x, beta);
    const curve = f.div(softplus(f, scaled), beta);
    const threshold = args.float(2, 20);
    // Beyond 20 the curve is the identity to float precision.
    return threshold >= 20 ? curve : f.where(f.gt(scaled, threshold), x, curve);
  }),
  leaky_relu: formula('self negative_slope', (f, x, args) => f.algebra.leakyRelu(x, args.float(1, 0.01))),
  prelu: formula('self weight', (f, x, args) => {
    const weight = args.real(1);
    const isShared = weight.shape.every((size) => size === 1);
    const shape = x.shape.map((_, axis) => (axis === 1 ? (weight.shape[0] ?? 1) : 1));
    const slope = f.algebra.reshape(weight, isShared ? [] : shape);
    return f.where(f.gt(x, 0), x, f.mul(x, slope));
  }),
  rrelu: formula('self lower upper training', (f, x, args) => {
    if (args.bool(3, false)) throw new OperationError('a random slope while playing is not supported');
    return f.algebra.leakyRelu(x, (args.float(1, 1 / 8) + args.float(2, 1 / 3)) / 2);
  }),
  glu: formula('self dim', (f, x, args) => {
    const axis = axisOf(args.int(1, -1), x.shape.length);
    const half = (x.shape[axis] ?? 0) / 2;
    if (!Number.isInteger(half)) throw new OperationError('an odd axis cannot be halved', 'model-shape');
    return f.mul(f.algebra.slice(x, axis, 0, half), sigmoid(f, f.algebra.slice(x, axis, half, half)));
  }),
  threshold: formula('self threshold value', (f, x, args) =>
    f.where(f.gt(x, args.float(1)), x, args.float(2)),
  ),
  softshrink: formula('self lambd', (f, x, args) => {
    const lambda = args.float(1, 0.5);
    return f.add(f.max(f.sub(x, lambda), 0), f.min(f.add(x, lambda), 0));
  }),
  hardshrink: formula('self lambd', (f, x, args) => f.where(f.gt(f.abs(x), args.float(1, 0.5)), x, 0)),
  softmax: formula('self dim dtype', (f, x, args) =>
    softmax(
      f,
      args.has(2) ? f.algebra.cast(x, elementType(args.int(2))) : x,
      axisOf(args.int(1), x.shape.length),
    ),
  ),
  log_softmax: formula('self dim dtype', (f, x, args) =>
    logSoftmax(f, x, axisOf(args.int(1), x.shape.length)),
  ),
};
