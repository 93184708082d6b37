import { kaiserBeta, kaiserSinc, kaiserTaps } from './kaiser.js';

/** Upper edge of the pass band, where both rates allow it. */
const PASS_BAND_HZ = 20_000;
/** Pass band relative to the lower Nyquist frequency, where that is too low for 20 kHz. */
const PASS_BAND_SHARE = 0.907;
const STOP_BAND_DB = 96;
/** Most stored phases; with more, the filter is interpolated linearly between stored ones (error below −140 dB). */
const MAX_STORED_PHASES = 4096;

/** Input samples per output sample, `from`/`to`, as a fraction in lowest terms. @param from in Hz @param to in Hz */
export function rateRatio(from: number, to: number): { numerator: number; denominator: number } {
  let [a, b] = [from, to];
  while (b > 0) [a, b] = [b, a % b];
  return { numerator: from / a, denominator: to / a };
}

/** Taps per step of the kernel: rows are padded with zeros before the oldest tap. */
const TAPS_AT_A_TIME = 16;

/** Rows of taps, one per phase. */
export interface ResamplerFilter {
  readonly rows: Float32Array;
  /** Taps per row; the last one belongs to the sample `resamplerLookahead` after the output. */
  readonly width: number;
  /** Rows per input sample; one more row follows for the interpolation after the last. */
  readonly phases: number;
}

/** Edges of the transition band in Hz; the stop band begins at the lower Nyquist frequency. */
function band(from: number, to: number): { pass: number; stop: number } {
  const stop = Math.min(from, to) / 2;
  return { pass: Math.min(PASS_BAND_HZ, PASS_BAND_SHARE * stop), stop };
}

/** Input samples that an output needs after its own time: the delay of the filter. 0 for equal rates. */
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
    // Each phase has unity gain at 0 Hz, so that a DC offset is not modulated by the phases.
    rows.set(
      taps.map((tap) => tap / sum),
      phase * width + padding,
    );
  }
  return { rows, width, phases };
}

/** Cache of recent filters: another model at the same rates uses the same one. */
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
