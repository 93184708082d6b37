import type { Formulas } from './formulas.js';
import { allocate, concrete, type Real } from '../tensors/content.js';
import { type Arguments, type Operation, type OperationTable, OperationError } from '../context.js';
import { formula } from './formulas.js';

/** `torch.nn.functional.interpolate`: resampling of the last one or two axes. */

/** Where output sample i lies in the input; computed in float32, as torch does, so that both round alike. */
type Position = (i: number, scale: number) => number;

const exact: Position = (i, scale) => Math.fround(Math.fround(Math.fround(i + 0.5) * scale));
const floorPosition: Position = (i, scale) => Math.fround(i * scale);
const centred: Position = (i, scale) =>
  Math.max(0, Math.fround(Math.fround(Math.fround(i + 0.5) * scale) - 0.5));

const indices = (values: readonly number[]): Real => {
  const data = allocate('int64', values.length);
  data.set(values);
  return concrete('int64', [values.length], data);
};

interface Resampling {
  readonly size: number;
  /** Input samples per output sample. */
  readonly scale: number;
}

/** Sizes are given, or factors that give them. */
function resamplings(
  args: Arguments,
  x: Real,
  rank: number,
  sizeAt: number,
  factorAt: number,
): readonly Resampling[] {
  const sizes = args.has(sizeAt) ? args.ints(sizeAt) : null;
  const factors = args.has(factorAt) ? args.floats(factorAt) : null;
  return Array.from({ length: rank }, (_, i) => {
    const from = x.shape[x.shape.length - rank + i] ?? 1;
    const factor = factors?.[i] ?? factors?.[0];
    const size = sizes?.[i] ?? (factor === undefined ? undefined : Math.floor(from * factor));
    if (size === undefined || !(size > 0)) throw new OperationError('neither a size nor a factor is given');
    return { size, scale: Math.fround(factor === undefined || factor <= 0 ? from / size : 1 / factor) };
  });
}

function nearest(f: Formulas, x: Real, axis: number, { size, scale }: Resampling, position: Position): Real {
  const last = (x.shape[axis] ?? 1) - 1;
  return f.algebra.gather(
    x,
    indices(Array.from({ length: size }, (_, i) => Math.min(last, Math.floor(position(i, scale))))),
    axis,
  );
}

/** Weighted sums of the two neighbours of each position. */
function linear(
  f: Formulas,
  x: Real,
  axis: number,
  { size, scale }: Resampling,
  alignCorners: boolean,
): Real {
  const from = x.shape[axis] ?? 1;
  const cornerScale = size > 1 ? Math.fround((from - 1) / (size - 1)) : 0;
  const places = Array.from({ length: size }, (_, i) =>
    alignCorners ? Math.fround(i * cornerScale) : centred(i, scale),
  );
  const lower = places.map((place) => Math.min(from - 1, Math.floor(place)));
  const upper = lower.map((index) => Math.min(from - 1, index + 1));
  const shares = allocate('float32', size);
  shares.set(places.map((place, i) => Math.min(1, Math.max(0, place - (lower[i] ?? 0)))));
  const shape = x.shape.map((_, i) => (i === axis ? size : 1));
  const share = f.algebra.cast(concrete('float32', shape, shares), x.type);
  const a = f.algebra.gather(x, indices(lower), axis);
  const b = f.algebra.gather(x, indices(upper), axis);
  return f.add(f.mul(a, f.sub(1, share)), f.mul(b, share));
}

const nearestOf = (rank: number, position: Position): Operation =>
  formula('input output_size scale_factors scales_w', (f, x, args) =>
    resamplings(args, x, rank, 1, 2).reduce(
      (y, resampling, i) => nearest(f, y, y.shape.length - rank + i, resampling, position),
      x,
    ),
  );

const linearOf = (rank: number): Operation =>
  formula('input output_size align_corners scale_factors scales_w', (f, x, args) =>
    resamplings(args, x, rank, 1, 3).reduce(
      (y, resampling, i) => linear(f, y, y.shape.length - rank + i, resampling, args.bool(2, false)),
      x,
    ),
  );

export const RESAMPLING: OperationTable = {
  upsample_nearest1d: nearestOf(1, floorPosition),
  upsample_nearest2d: nearestOf(2, floorPosition),
  _upsample_nearest_exact1d: nearestOf(1, exact),
  _upsample_nearest_exact2d: nearestOf(2, exact),
  upsample_linear1d: linearOf(1),
  upsample_bilinear2d: linearOf(2),
  pixel_shuffle: formula('self upscale_factor', (f, x, args) => {
    const factor = args.int(1);
    const [channels = 1, height = 1, width = 1] = x.shape.slice(-3);
    const lead = x.shape.slice(0, -3);
    const kept = channels / factor ** 2;
    const split = f.algebra.reshape(x, [...lead, kept, factor, factor, height, width]);
    const first = lead.length;
    const order = [...lead.map((_, i) => i), ...[0, 3, 1, 4, 2].map((axis) => first + axis)];
    return f.algebra.reshape(f.algebra.transpose(split, order), [
      ...lead,
      kept,
      height * factor,
      width * factor,
    ]);
  }),
};
