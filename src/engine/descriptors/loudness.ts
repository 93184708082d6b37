/** Level of silence, in LUFS; quieter signals are given as this. */
export const SILENCE_LUFS = -120;
/** Offset of ITU-R BS.1770-5, equation 2: a full-scale sine at 997 Hz measures −3.01 LUFS. */
const OFFSET_DB = -0.691;

/** A second-order section, a0 = 1. */
interface Biquad {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/**
 * K-weighting at any rate: the shelf and the high-pass of ITU-R BS.1770-5 (annex 1, tables 1 and 2, given there at 48 kHz),
 * as the analogue prototypes of which those tables are the bilinear transforms (Brecht De Man, "Evaluation of implementations
 * of the EBU R128 loudness measurement", 2018).
 */
function kWeighting(rate: number): readonly [Biquad, Biquad] {
  return [shelf(rate), highPass(rate)];
}

function shelf(rate: number): Biquad {
  const k = Math.tan((Math.PI * 1681.974450955533) / rate);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}

function highPass(rate: number): Biquad {
  const k = Math.tan((Math.PI * 38.13547087602444) / rate);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}

function filtered(samples: ArrayLike<number>, { b0, b1, b2, a1, a2 }: Biquad): Float64Array {
  const out = new Float64Array(samples.length);
  let s1 = 0;
  let s2 = 0;
  for (let n = 0; n < out.length; n += 1) {
    const x = samples[n] ?? 0;
    const y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b2 * x - a2 * y;
    out[n] = y;
  }
  return out;
}

/**
 * Loudness of a mono signal without gating (ITU-R BS.1770-5, equation 2), for short, steady sounds.
 *
 * @param rate in Hz
 * @param skip samples at the start that the filters hear and the measure leaves out
 * @returns LUFS, `SILENCE_LUFS` at least
 */
export function loudnessLufs(samples: ArrayLike<number>, rate: number, skip = 0): number {
  const [first, second] = kWeighting(rate);
  const weighted = filtered(filtered(samples, first), second);
  let sum = 0;
  for (let n = skip; n < weighted.length; n += 1) sum += (weighted[n] ?? 0) ** 2;
  const level = OFFSET_DB + 10 * Math.log10(sum / Math.max(1, weighted.length - skip));
  return level > SILENCE_LUFS ? level : SILENCE_LUFS;
}
