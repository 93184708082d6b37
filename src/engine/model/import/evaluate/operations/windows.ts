import { filled } from '../tensors/content.js';
import { type Arguments, op, type Operation, type OperationTable } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { elementType } from './promotion.js';

/** Windows; periodic ones, the default, leave out the last of `length + 1` samples. */

type Shape = (turn: number, args: Arguments) => number;

/** @param shape of the window at a share 0..1 of its period */
function windowBy(signature: string, dtypeAt: number, shape: Shape): Operation {
  return op(signature, (args) => {
    const length = args.int(0);
    const period = args.bool(1, true) ? length : length - 1;
    const type = args.has(dtypeAt) ? elementType(args.int(dtypeAt)) : 'float32';
    const window = filled(type, [length], 1);
    for (let n = 0; length > 1 && n < length; n += 1) window.data[n] = shape(n / period, args);
    return Tensor.of(window);
  });
}

const cosine = (turn: number, harmonic: number): number => Math.cos(2 * Math.PI * harmonic * turn);

/** The modified Bessel function of the first kind and order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

export const WINDOWS: OperationTable = {
  hann_window: windowBy('window_length periodic dtype', 2, (turn) => 0.5 - 0.5 * cosine(turn, 1)),
  hamming_window: windowBy(
    'window_length periodic alpha beta dtype',
    4,
    (turn, args) => args.float(2, 0.54) - args.float(3, 0.46) * cosine(turn, 1),
  ),
  blackman_window: windowBy(
    'window_length periodic dtype',
    2,
    (turn) => 0.42 - 0.5 * cosine(turn, 1) + 0.08 * cosine(turn, 2),
  ),
  bartlett_window: windowBy('window_length periodic dtype', 2, (turn) => 1 - Math.abs(2 * turn - 1)),
  kaiser_window: windowBy('window_length periodic beta dtype', 3, (turn, args) => {
    const beta = args.float(2, 12);
    return besselI0(beta * Math.sqrt(Math.max(0, 1 - (2 * turn - 1) ** 2))) / besselI0(beta);
  }),
};
