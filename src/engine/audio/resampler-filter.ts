import { kaiserBeta, kaiserSinc, kaiserTaps } from './kaiser.js';

/** Highest frequency, in Hz, that passes unchanged wherever both rates can carry it. */
const PASS_BAND_HZ = 20_000;
/** Of the lower Nyquist frequency, where that is too low to carry 20 kHz. */
const PASS_BAND_SHARE = 0.907;
const STOP_BAND_DB = 96;
/** Above this many phases the filter is interpolated between stored ones (error below −140 dB). */
const MAX_STORED_PHASES = 4096;

/** `from`/`to` as the fraction `numerator`/`denominator` in lowest terms: input samples per output sample. */
export function rateRatio(from: number, to: number): { numerator: number; denominator: number } {
  let [a, b] = [from, to];
  while (b > 0) [a, b] = [b, a % b];
  return { numerator: from / a, denominator: to / a };
}

/** The kernel takes so many taps at a time: zeros before the oldest fill a row up. */
const TAPS_AT_A_TIME = 16;

/** Rows of taps, one per phase. */
export interface ResamplerFilter {
  readonly rows: Float32Array;
  /** Taps of a row; the last belongs to the sample `resamplerLookahead` after the output. */
  readonly width: number;
  /** Rows that span one input sample; there is one more for the interpolation beyond the last. */
  readonly phases: number;
}

/** Edges of the transition band, in Hz: everything from the lower Nyquist frequency on is kept out. */
function band(from: number, to: number): { pass: number; stop: number } {
  const stop = Math.min(from, to) / 2;
  return { pass: Math.min(PASS_BAND_HZ, PASS_BAND_SHARE * stop), stop };
}

/** Input samples that a resampler needs beyond the time of an output: the delay of its filter. */
export function resamplerLookahead(from: number, to: number): number {
  if (from === to) return 0;
  const { pass, stop } = band(from, to);
  return 2 * Math.ceil(kaiserTaps(STOP_BAND_DB, (stop - pass) / from) / 4);
}

function designFilter(from: number, to: number): ResamplerFilter {
  const { pass, stop } = band(from, to);
  const halfLength = resamplerLookahead(from, to);
  const sinc = kaiserSinc((pass + stop) / 2 / from, halfLength, kaiserBeta(STOP_BAND_DB));
  const phases = Math.min(MAX_STORED_PHASES, rateRatio(from, to).denominator);
  const width = Math.ceil((2 * halfLength) / TAPS_AT_A_TIME) * TAPS_AT_A_TIME;
  const padding = width - 2 * halfLength;
  const rows = new Float32Array((phases + 1) * width);
  const taps = new Float64Array(2 * halfLength);
  for (let phase = 0; phase <= phases; phase += 1) {
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap += 1) {
      const value = sinc(tap - halfLength + 1 - phase / phases);
      taps[tap] = value;
      sum += value;
    }
    // Each phase passes a constant at exactly its level, so that an offset is not modulated at the beat rate.
    rows.set(
      taps.map((tap) => tap / sum),
      phase * width + padding,
    );
  }
  return { rows, width, phases };
}

/** The last filters designed: opening another model at the same rates finds its own here. */
const recent = new Map<string, ResamplerFilter>();
const RECENT_FILTERS = 4;

/** The filter for two different rates in Hz. */
export function resamplerFilter(from: number, to: number): ResamplerFilter {
  const key = `${from} ${to}`;
  const filter = recent.get(key) ?? designFilter(from, to);
  recent.delete(key);
  recent.set(key, filter);
  for (const oldest of recent.keys()) {
    if (recent.size <= RECENT_FILTERS) break;
    recent.delete(oldest);
  }
  return filter;
}
