import { kaiserBeta, kaiserSinc } from './kaiser.js';
import { loadKernel } from './simd/kernel.js';
import { WASM_BASE64 } from './simd/true-peak.wasm.js';

/** Samples on each side of an interval that its estimate looks at. */
export const TRUE_PEAK_REACH = 16;
const STOP_BAND_DB = 45;

/**
 * ITU-R BS.1770-4, annex 2: phases 0 and 1 of the order 48, four-phase interpolating filter (phases 3 and 2 are
 * these reversed), at 1/8 and 3/8 of the interval between the sixth and the seventh sample.
 */
const ITU_EIGHTH = [
  0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625,
  0.97216796875, -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
];
const ITU_THREE_EIGHTHS = [
  -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625, 0.77978515625,
  -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
];

/**
 * A row of taps around an interval, split for samples paired from its middle outwards: `even` weighs the sum
 * of a pair, `odd` its difference. The row of the mirrored position is the same with `odd` negated.
 */
interface PairedRow {
  readonly even: readonly number[];
  readonly odd: readonly number[];
}

function pair(row: readonly number[]): PairedRow {
  const half = row.length / 2;
  const before = Array.from({ length: half }, (_, k) => row[half - 1 - k] as number);
  const after = row.slice(half);
  return {
    even: before.map((tap, k) => (tap + (after[k] as number)) / 2),
    odd: before.map((tap, k) => (tap - (after[k] as number)) / 2),
  };
}

/** Lists of one length as rows of one value of each. */
function interleave(lists: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(lists[0]?.flatMap((_, k) => lists.map((list) => list[k] as number)) ?? []);
}

function sincRow(position: number): number[] {
  const sinc = kaiserSinc(0.5, TRUE_PEAK_REACH, kaiserBeta(STOP_BAND_DB));
  return Array.from({ length: 2 * TRUE_PEAK_REACH }, (_, tap) => sinc(tap - TRUE_PEAK_REACH + 1 - position));
}

const QUARTER = pair(sincRow(1 / 4));
const HALF = pair(sincRow(1 / 2));
const EIGHTH = pair(ITU_EIGHTH);
const THREE_EIGHTHS = pair(ITU_THREE_EIGHTHS);
/** In the order in which true-peak.wat reads them. */
const TAPS = interleave([HALF.even, QUARTER.even, QUARTER.odd]);
const ITU_TAPS = interleave([EIGHTH.even, EIGHTH.odd, THREE_EIGHTHS.even, THREE_EIGHTHS.odd]);

/**
 * No estimate exceeds the largest sample around it by more than this factor: the rows' largest L1 norm, and the
 * eighth of it that a parabola may add.
 */
export const TRUE_PEAK_GROWTH =
  1.125 *
  Math.max(
    ...[sincRow(1 / 4), sincRow(1 / 2), ITU_EIGHTH, ITU_THREE_EIGHTHS].map((row) =>
      row.reduce((sum, tap) => sum + Math.abs(tap), 0),
    ),
  );

/** Intervals that the kernel takes at once. It begins with so many early, and may end with some too many. */
const LANES = 4;
/** Samples, the last of them at the beginning of an interval, that `TruePeaks` looks at. */
export const TRUE_PEAK_PAST = TRUE_PEAK_REACH + LANES;

/** What true-peak.wat exports; it explains the parameters. */
interface TruePeakExports {
  raise(
    taps: number,
    tapEnd: number,
    ituTaps: number,
    ituEnd: number,
    samples: number,
    peaks: number,
    count: number,
  ): void;
}

/**
 * True peaks between samples: never below what a meter after ITU-R BS.1770-4, annex 2, reads, and sharper. Its
 * four-times interpolation is joined by a longer one, with parabolas through the values: that brings the worst
 * under-reading of content up to 20 kHz from 0.69 dB to 0.1 dB. At the Nyquist frequency itself a true peak depends on
 * the interpolator, and a steeper one may read more. Samples are finite, below 1e18. One thread.
 */
export class TruePeaks {
  /** One array per channel, for the caller to fill. */
  readonly samples: readonly Float32Array[];
  /** What `measure` found. */
  readonly peaks: Float32Array;
  private readonly kernel: TruePeakExports;
  private readonly taps: Float32Array;
  private readonly ituTaps: Float32Array;

  /**
   * @param length of the arrays of samples
   * @param most intervals that are measured at once
   */
  constructor(channels: number, length: number, most: number) {
    const { exports, arrays } = loadKernel<TruePeakExports>(WASM_BASE64, [
      TAPS.length,
      ITU_TAPS.length,
      most + LANES,
      ...new Array<number>(channels).fill(length + LANES),
    ]);
    const [taps, ituTaps, peaks, ...samples] = arrays as [
      Float32Array,
      Float32Array,
      Float32Array,
      ...Float32Array[],
    ];
    taps.set(TAPS);
    ituTaps.set(ITU_TAPS);
    this.kernel = exports;
    this.taps = taps;
    this.ituTaps = ituTaps;
    this.peaks = peaks.subarray(0, most);
    this.samples = samples.map((channel) => channel.subarray(0, length));
  }

  /**
   * Measures |x| in `count` intervals and around their ends, the largest of all channels. The first is that from sample
   * `first` to the next, and its peak is put at `at`. TRUE_PEAK_PAST samples up to the beginning of the first interval and
   * TRUE_PEAK_REACH after the beginning of the last are looked at.
   */
  measure(first: number, at: number, count: number): void {
    const { kernel, taps, ituTaps, peaks, samples } = this;
    peaks.fill(0, at, at + count);
    for (let c = 0; c < samples.length; c += 1) {
      kernel.raise(
        taps.byteOffset,
        taps.byteOffset + taps.byteLength,
        ituTaps.byteOffset,
        ituTaps.byteOffset + ituTaps.byteLength,
        (samples[c] as Float32Array).byteOffset + first * Float32Array.BYTES_PER_ELEMENT,
        peaks.byteOffset + at * Float32Array.BYTES_PER_ELEMENT,
        count,
      );
    }
  }
}
