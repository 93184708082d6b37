import { allocate, type Complex, concrete, filled, type Real } from '../tensors/content.js';
import { type Arguments, axisOf, op, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { complex, isZero, toComplex } from './promotion.js';

/**
 * Fourier transforms of fixed small sizes as products with constant matrices: the noise synthesis of RAVE works
 * on 8 to 128 points, where one matrix product costs less than a transform and its reshaping.
 */

type Wave = (angle: number) => number;

/** Most points of a transform: the matrices grow with their square. */
const MAX_POINTS = 2048;

function transformSize(args: Arguments, usual: number): number {
  const points = args.int(1, usual);
  if (points >= 1 && points <= MAX_POINTS) return points;
  throw new OperationError(`a transform of ${points} points is not supported, 1 to ${MAX_POINTS} are`);
}

/** `[rows, columns]` with `weight(row) · wave(2π · row · column / period)`. */
function waveMatrix(
  rows: number,
  columns: number,
  period: number,
  wave: Wave,
  weight: (row: number) => number,
): Real {
  const data = allocate('float32', rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      // The product is reduced first: the cosine of a large angle loses precision.
      const turn = ((row * column) % period) / period;
      data[row * columns + column] = weight(row) * wave(2 * Math.PI * turn);
    }
  }
  return concrete('float32', [rows, columns], data);
}

function requireLastAxis(args: Arguments, rank: number): void {
  if (axisOf(args.int(2, -1), rank) !== rank - 1)
    throw new OperationError('a transform along an inner axis is not supported');
  if (args.string(3, 'backward') !== 'backward')
    throw new OperationError(`the norm "${args.string(3, '')}" is not supported`);
}

/** Crops the last axis or pads it with zeros. */
function cropOrPad(args: Arguments, x: Real, length: number): Real {
  const axis = x.shape.length - 1;
  return args.context.algebra.pad(x, axis, 0, length - (x.shape[axis] ?? 0), 0);
}

/** `X[k] = Σ x[n] e^(−2πikn/N)` for k = 0 … N/2. */
function forward(args: Arguments): Complex {
  const input = args.real(0);
  requireLastAxis(args, input.shape.length);
  const period = transformSize(args, input.shape[input.shape.length - 1] ?? 1);
  const x = cropOrPad(args, input, period);
  const bins = Math.floor(period / 2) + 1;
  const { algebra } = args.context;
  const re = algebra.matmul(
    x,
    waveMatrix(period, bins, period, Math.cos, () => 1),
  );
  const im = algebra.matmul(
    x,
    waveMatrix(period, bins, period, Math.sin, () => -1),
  );
  return complex(re, im);
}

/** `x[n] = Σ w[k] (Re X[k] cos(2πkn/N) − Im X[k] sin(2πkn/N)) / N`, w = 1 at the ends of the spectrum and 2 within. */
function inverse(args: Arguments): Real {
  const input = toComplex(args.context, args.tensor(0));
  requireLastAxis(args, input.shape.length);
  const available = input.shape[input.shape.length - 1] ?? 1;
  const period = transformSize(args, 2 * (available - 1));
  const bins = Math.floor(period / 2) + 1;
  const re = cropOrPad(args, input.re, bins);
  const im = cropOrPad(args, input.im, bins);
  const weight = (bin: number): number => (bin === 0 || 2 * bin === period ? 1 : 2) / period;
  const { algebra } = args.context;
  const cosines = waveMatrix(bins, period, period, Math.cos, weight);
  const sines = waveMatrix(bins, period, period, Math.sin, (bin) => -weight(bin));
  if (isZero(im)) return algebra.matmul(re, cosines);
  return algebra.matmul(algebra.concat([re, im], re.shape.length - 1), algebra.concat([cosines, sines], 0));
}

export const FOURIER: OperationTable = {
  fft_rfft: op('self n dim norm', (args) => Tensor.of(forward(args))),
  fft_irfft: op('self n dim norm', (args) => Tensor.of(inverse(args))),
  view_as_complex: op('self', (args) => {
    const { algebra } = args.context;
    const x = args.real(0);
    const axis = x.shape.length - 1;
    if (x.shape[axis] !== 2) throw new OperationError('pairs were expected on the last axis', 'model-shape');
    const part = (index: number): Real =>
      algebra.reshape(algebra.slice(x, axis, index, 1), x.shape.slice(0, -1));
    return Tensor.of(complex(part(0), part(1)));
  }),
  view_as_real: op('self', (args) => {
    const { algebra } = args.context;
    const { re, im } = toComplex(args.context, args.tensor(0));
    const column = (x: Real): Real => algebra.reshape(x, [...x.shape, 1]);
    return Tensor.of(algebra.concat([column(re), column(im)], re.shape.length));
  }),
  complex: op('real imag', (args) => Tensor.of(complex(args.real(0), args.real(1)))),
  hann_window: op('window_length periodic dtype', (args) => {
    const length = args.int(0);
    const period = args.bool(1, true) ? length : length - 1;
    const window = filled('float32', [length], 1);
    for (let n = 0; length > 1 && n < length; n += 1) {
      window.data[n] = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / period);
    }
    return Tensor.of(window);
  }),
};
