import { loadKernel } from '../audio/simd/kernel.js';
import { WASM_BASE64 } from './difference.wasm.js';

/** Range of fundamental frequencies that are looked for, in Hz. */
const LOWEST_HZ = 50;
const HIGHEST_HZ = 2000;
/** Aperiodicity below which a lag counts as a period (the paper's absolute threshold). */
const THRESHOLD = 0.15;
/** Share of the frames that must have a pitch. */
const LEAST_PITCHED = 0.5;
const FRAMES = 5;
/** Samples that the kernel compares at once, and lags. */
const STEP = 8;
const LAGS = 4;

/** Exports of difference.wat, where the parameters are described. */
interface DifferenceExports {
  squaredDifferences(one: number, other: number, end: number, to: number): void;
}

/**
 * Finds the period of a short sound by YIN (de Cheveigné & Kawahara, "YIN, a fundamental frequency estimator for speech and music",
 * 2002, equations 6 and 8, with parabolic interpolation), between 50 and 2000 Hz. One thread; allocates nothing after construction.
 */
export class PeriodFinder {
  /** The sound, to be filled before `period`. */
  readonly samples: Float32Array;
  private readonly kernel: DifferenceExports;
  private readonly shortest: number;
  private readonly longest: number;
  /** Samples that are compared. */
  private readonly window: number;
  private readonly difference: Float64Array;
  /** Squared differences at the lags that the kernel compared last. */
  private readonly squared: Float32Array;

  /** @param rate in Hz */
  constructor(private readonly rate: number) {
    this.longest = Math.ceil(rate / LOWEST_HZ);
    this.shortest = Math.max(2, Math.floor(rate / HIGHEST_HZ));
    this.window = STEP * Math.ceil(this.longest / STEP);
    const lengths = [this.window + this.longest + LAGS, LAGS];
    const { exports, arrays } = loadKernel<DifferenceExports>(WASM_BASE64, lengths);
    this.kernel = exports;
    const [samples, squared] = arrays as [Float32Array, Float32Array];
    // The kernel reads a few values beyond the longest lag, of which nothing is used.
    this.samples = samples.subarray(0, this.window + this.longest + 1);
    this.squared = squared;
    this.difference = new Float64Array(this.longest + 2);
  }

  /** The fundamental frequency of `samples` in Hz; NaN where there is no period. Lags are compared in order until one is found. */
  frequency(): number {
    const { shortest, longest, difference, squared } = this;
    let sum = 0;
    difference[0] = 1;
    for (let lag = 1; lag <= longest + 1; lag += 1) {
      if ((lag - 1) % LAGS === 0) this.compare(lag);
      const here = squared[(lag - 1) % LAGS] as number;
      sum += here;
      difference[lag] = sum > 0 ? (here * lag) / sum : 1;
      // The lag before was a dip below the threshold.
      const before = difference[lag - 1] as number;
      if (lag > shortest && before < THRESHOLD && ((difference[lag] as number) >= before || lag > longest))
        return this.rate / vertex(difference, lag - 1);
    }
    return NaN;
  }

  /** Writes the squared differences at `lag` and the next ones into `squared`. */
  private compare(lag: number): void {
    const { samples, window, kernel, squared } = this;
    const from = samples.byteOffset;
    const bytes = Float32Array.BYTES_PER_ELEMENT;
    kernel.squaredDifferences(from, from + lag * bytes, from + window * bytes, squared.byteOffset);
  }
}

/**
 * Pitch of a steady mono sound: the median over a few frames.
 *
 * @param rate in Hz
 * @returns Hz, between 50 and 2000; null where less than half of the frames are periodic, or the sound is too short
 */
export function pitchHz(samples: ArrayLike<number>, rate: number): number | null {
  const finder = new PeriodFinder(rate);
  const room = samples.length - finder.samples.length;
  if (room < 0) return null;
  const pitches: number[] = [];
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const from = Math.floor((room * frame) / (FRAMES - 1));
    for (let i = 0; i < finder.samples.length; i += 1) finder.samples[i] = samples[from + i] as number;
    const hz = finder.frequency();
    if (!Number.isNaN(hz)) pitches.push(hz);
  }
  if (pitches.length < LEAST_PITCHED * FRAMES) return null;
  pitches.sort((a, b) => a - b);
  return pitches[pitches.length >> 1] ?? null;
}

/** Place of the extremum of the parabola through three neighbouring values. */
function vertex(values: Float64Array, at: number): number {
  const [before, here, after] = [values[at - 1] ?? 0, values[at] ?? 0, values[at + 1] ?? 0];
  const curvature = before - 2 * here + after;
  return curvature === 0 ? at : at + (before - after) / (2 * curvature);
}
