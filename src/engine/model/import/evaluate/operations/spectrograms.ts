import { int, ints } from '../../../../onnx/graph.js';
import { allocate, type Concrete, concrete, filled, type Real } from '../tensors/content.js';
import { type Arguments, op, type OperationTable, OperationError } from '../context.js';
import { Tensor } from '../tensors/tensor.js';
import { checkPoints } from './fourier.js';
import { Formulas } from './formulas.js';
import { complex, toComplex } from './promotion.js';

/**
 * Short-time Fourier transforms as convolutions with windowed waves, and their inverse as a transposed one (the overlap-add of
 * Griffin and Lim, "Signal estimation from modified short-time Fourier transform", 1984, equation 6).
 */

interface Frames {
  readonly points: number;
  readonly hop: number;
  readonly bins: number;
  /** As long as the transform, the window in its middle. */
  readonly window: Concrete;
}

function framesOf(args: Arguments, onesidedAt: number): Frames {
  const points = checkPoints(args.int(1));
  const hop = args.optionalInt(2) ?? Math.floor(points / 4);
  const length = args.optionalInt(3) ?? points;
  const window = args.optionalReal(4) ?? filled('float32', [length], 1);
  if (window.kind !== 'concrete')
    throw new OperationError('a window that depends on the input is not supported');
  if (hop < 1 || window.data.length > points)
    throw new OperationError('the window does not fit the transform', 'model-shape');
  const padded = filled('float32', [points], 0);
  padded.data.set(window.data, (points - window.data.length) >> 1);
  const bins = args.bool(onesidedAt, true) ? Math.floor(points / 2) + 1 : points;
  return { points, hop, bins, window: padded };
}

/** Waves of all bins [2 bins, 1, points]: cosines, then sines, each `weight(bin)` times the window. */
function waves(
  { points, bins, window }: Frames,
  cosine: (bin: number) => number,
  sine: (bin: number) => number,
): Real {
  const data = allocate('float32', 2 * bins * points);
  for (let bin = 0; bin < bins; bin += 1) {
    for (let n = 0; n < points; n += 1) {
      const angle = (2 * Math.PI * ((bin * n) % points)) / points;
      const w = window.data[n] ?? 0;
      data[bin * points + n] = w * cosine(bin) * Math.cos(angle);
      data[(bins + bin) * points + n] = w * sine(bin) * Math.sin(angle);
    }
  }
  return concrete('float32', [2 * bins, 1, points], data);
}

/** [batch, samples] → [batch, bins, frames] */
function stft(args: Arguments, normalizedAt: number, onesidedAt: number): Tensor {
  const { algebra } = args.context;
  const frames = framesOf(args, onesidedAt);
  const { points, hop, bins } = frames;
  const given = args.real(0);
  const rows = given.shape.length === 1 ? 1 : (given.shape[0] ?? 1);
  const length = given.shape[given.shape.length - 1] ?? 0;
  if (length < points)
    throw new OperationError(`${length} samples are fewer than the transform's`, 'model-shape');
  const count = Math.floor((length - points) / hop) + 1;
  const factor = args.bool(normalizedAt, false) ? 1 / Math.sqrt(points) : 1;
  const kernel = waves(
    frames,
    () => factor,
    () => -factor,
  );
  const x = algebra.reshape(given, [rows, 1, length]);
  const y = algebra.node('Conv', [x, kernel], [rows, 2 * bins, count], {
    strides: ints([hop]),
    pads: ints([0, 0]),
    dilations: ints([1]),
    group: int(1),
    kernel_shape: ints([points]),
  });
  const part = (index: number): Real => {
    const half = algebra.slice(y, 1, index * bins, bins);
    return given.shape.length === 1 ? algebra.reshape(half, [bins, count]) : half;
  };
  return Tensor.of(complex(part(0), part(1)));
}

function checkComplex(args: Arguments, at: number): void {
  if (!args.bool(at, true))
    throw new OperationError('a spectrogram of pairs (return_complex=False) is not supported');
}

/** Squares of the windows of all frames, added up: what overlap-add has to be divided by. */
function envelope({ points, hop, window }: Frames, count: number): Concrete {
  const sum = filled('float32', [1, 1, (count - 1) * hop + points], 0);
  for (let frame = 0; frame < count; frame += 1) {
    for (let n = 0; n < points; n += 1) {
      const w = window.data[n] ?? 0;
      sum.data[frame * hop + n] = (sum.data[frame * hop + n] ?? 0) + w * w;
    }
  }
  return sum;
}

function istft(args: Arguments): Tensor {
  const { algebra } = args.context;
  const frames = framesOf(args, 7);
  const { points, hop, bins } = frames;
  const given = toComplex(args.context, args.tensor(0));
  const [, count = 1] = given.shape.slice(-2);
  const rows = given.shape.length === 2 ? 1 : (given.shape[0] ?? 1);
  const part = (x: Real): Real => algebra.reshape(x, [rows, bins, count]);
  const isOneSided = bins !== points;
  const weight = (bin: number): number => {
    const isEnd = bin === 0 || 2 * bin === points;
    return ((isOneSided && !isEnd ? 2 : 1) / points) * (args.bool(6, false) ? Math.sqrt(points) : 1);
  };
  const kernel = waves(frames, weight, (bin) => -weight(bin));
  const spectrum = algebra.concat([part(given.re), part(given.im)], 1);
  const length = (count - 1) * hop + points;
  const sum = algebra.node('ConvTranspose', [spectrum, kernel], [rows, 1, length], {
    strides: ints([hop]),
    pads: ints([0, 0]),
    output_padding: ints([0]),
    dilations: ints([1]),
    group: int(1),
    kernel_shape: ints([points]),
  });
  const start = args.bool(5, true) ? points >> 1 : 0;
  const wanted = args.optionalInt(8) ?? length - 2 * start;
  const kept = Math.min(wanted, length - start);
  const f = new Formulas(algebra);
  const cut = (x: Real): Real => algebra.slice(x, 2, start, kept);
  const whole = algebra.pad(f.div(cut(sum), cut(envelope(frames, count))), 2, 0, wanted - kept, 0);
  return Tensor.of(algebra.reshape(whole, given.shape.length === 2 ? [wanted] : [rows, wanted]));
}

export const SPECTROGRAMS: OperationTable = {
  stft: op(
    'self n_fft hop_length win_length window normalized onesided return_complex align_to_window unused',
    (args) => {
      // torch's other form has the flags `center` and `pad_mode` in place of these.
      if (typeof args.at(6) === 'string')
        throw new OperationError('a centred form inside torch is not supported');
      checkComplex(args, 7);
      return stft(args, 5, 6);
    },
  ),
  istft: op(
    'self n_fft hop_length win_length window center normalized onesided length return_complex',
    istft,
  ),
};
