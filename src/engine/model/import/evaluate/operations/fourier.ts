import type { Algebra } from '../tensors/algebra.js';
import { allocate, type Complex, concrete, filled, type Real } from '../tensors/content.js';
import {
  type Arguments,
  axisOf,
  op,
  type Operation,
  type OperationTable,
  OperationError,
} from '../context.js';
import { mapContent, Tensor } from '../tensors/tensor.js';
import { complex, isZero, toComplex } from './promotion.js';

/**
 * Fourier transforms of fixed small sizes as products with constant matrices: the noise synthesis of RAVE works
 * on 8 to 128 points, where one matrix product costs less than a transform and its reshaping.
 */

type Wave = (angle: number) => number;

/** Most points of a transform: the matrices grow with their square. */
export const MAX_POINTS = 2048;

/** Waves nearer to 0 than this are 0. */
const ROUNDING = 1e-12;

/** @throws OperationError for a transform of no points, or of more than `MAX_POINTS` @returns `points` */
export function checkPoints(points: number): number {
  if (points >= 1 && points <= MAX_POINTS) return points;
  throw new OperationError(`a transform of ${points} points is not supported, 1 to ${MAX_POINTS} are`);
}

/** `[rows, columns]` with `weight(row) · wave(2π · row · column / period)`. */
export function waveMatrix(
  rows: number,
  columns: number,
  period: number,
  wave: Wave,
  weight: (row: number) => number = () => 1,
): Real {
  const data = allocate('float32', rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      // The product is reduced first: the cosine of a large angle loses precision.
      const turn = ((row * column) % period) / period;
      const value = wave(2 * Math.PI * turn);
      // The sine of π is not quite 0 in floating point: the angle of a bin without imaginary part would be ±π by chance.
      data[row * columns + column] = Math.abs(value) < ROUNDING ? 0 : weight(row) * value;
    }
  }
  return concrete('float32', [rows, columns], data);
}

type Norm = 'backward' | 'forward' | 'ortho';

/** The factor of a transform of N points: the whole of 1/N lies with one direction, or half of it with each. */
function normFactor(norm: string, points: number, isInverse: boolean): number {
  if (norm !== 'backward' && norm !== 'forward' && norm !== 'ortho')
    throw new OperationError(`the norm "${norm}" is not supported`);
  const scaled: Norm = isInverse ? 'backward' : 'forward';
  if (norm === 'ortho') return 1 / Math.sqrt(points);
  return norm === scaled ? 1 / points : 1;
}

/** Crops the last axis or pads it with zeros. */
function cropOrPad(algebra: Algebra, x: Real, length: number): Real {
  const axis = x.shape.length - 1;
  return algebra.pad(x, axis, 0, length - (x.shape[axis] ?? 0), 0);
}

const lastOf = (x: Complex | Real): number => x.shape[x.shape.length - 1] ?? 1;

/** What a transform does along the last axis: with how many points, and by which factor. */
interface Transform {
  /** @param given the number of points that the program names, if it does */
  points: (x: Complex, given: number | null) => number;
  isInverse: boolean;
  run: (algebra: Algebra, x: Complex, points: number, factor: number) => Complex;
}

/** `X[k] = Σ x[n] e^(−2πikn/N)` for k = 0 … N/2. */
const REAL_FORWARD: Transform = {
  points: (x, given) => given ?? lastOf(x),
  isInverse: false,
  run: (algebra, { re }, points, factor) => {
    const x = cropOrPad(algebra, re, points);
    const bins = Math.floor(points / 2) + 1;
    return complex(
      algebra.matmul(
        x,
        waveMatrix(points, bins, points, Math.cos, () => factor),
      ),
      algebra.matmul(
        x,
        waveMatrix(points, bins, points, Math.sin, () => -factor),
      ),
    );
  },
};

/** `x[n] = Σ w[k] (Re X[k] cos(2πkn/N) − Im X[k] sin(2πkn/N)) / N`, w = 1 at the ends of the spectrum and 2 within. */
const REAL_INVERSE: Transform = {
  points: (x, given) => given ?? 2 * (lastOf(x) - 1),
  isInverse: true,
  run: (algebra, x, points, factor) => {
    const bins = Math.floor(points / 2) + 1;
    const re = cropOrPad(algebra, x.re, bins);
    const im = cropOrPad(algebra, x.im, bins);
    const weight = (bin: number): number => (bin === 0 || 2 * bin === points ? 1 : 2) * factor;
    const cosines = waveMatrix(bins, points, points, Math.cos, weight);
    const sines = waveMatrix(bins, points, points, Math.sin, (bin) => -weight(bin));
    const sum = isZero(im)
      ? algebra.matmul(re, cosines)
      : algebra.matmul(algebra.concat([re, im], re.shape.length - 1), algebra.concat([cosines, sines], 0));
    return complex(sum, filled('float32', sum.shape, 0));
  },
};

/** Complex to complex, by `e^(∓2πikn/N)`. */
const complexTransform = (isInverse: boolean): Transform => ({
  points: (x, given) => given ?? lastOf(x),
  isInverse,
  run: (algebra, x, points, factor) => {
    const sign = isInverse ? 1 : -1;
    const cosines = waveMatrix(points, points, points, Math.cos, () => factor);
    const sines = waveMatrix(points, points, points, Math.sin, () => sign * factor);
    const re = cropOrPad(algebra, x.re, points);
    const im = cropOrPad(algebra, x.im, points);
    if (isZero(im)) return complex(algebra.matmul(re, cosines), algebra.matmul(re, sines));
    return complex(
      algebra.binary('sub', algebra.matmul(re, cosines), algebra.matmul(im, sines)),
      algebra.binary('add', algebra.matmul(re, sines), algebra.matmul(im, cosines)),
    );
  },
});

function swapLast(algebra: Algebra, x: Complex, axis: number): Complex {
  const order = x.shape.map((_, i) => i);
  const last = order.length - 1;
  order[axis] = last;
  order[last] = axis;
  const swapped = mapContent(x, (part) => algebra.transpose(part, order));
  return swapped.kind === 'complex' ? swapped : x;
}

/** The transform along any axis. */
function transformed(args: Arguments, transform: Transform): Complex {
  const { algebra } = args.context;
  const given = toComplex(args.context, args.tensor(0));
  const axis = axisOf(args.int(2, -1), given.shape.length);
  const x = swapLast(algebra, given, axis);
  const points = checkPoints(transform.points(x, args.has(1) ? args.int(1) : null));
  const factor = normFactor(args.string(3, 'backward'), points, transform.isInverse);
  return swapLast(algebra, transform.run(algebra, x, points, factor), axis);
}

const toComplexBy = (transform: Transform): Operation =>
  op('self n dim norm', (args) => Tensor.of(transformed(args, transform)));

export const FOURIER: OperationTable = {
  fft_rfft: toComplexBy(REAL_FORWARD),
  fft_irfft: op('self n dim norm', (args) => Tensor.of(transformed(args, REAL_INVERSE).re)),
  fft_fft: toComplexBy(complexTransform(false)),
  fft_ifft: toComplexBy(complexTransform(true)),
};
