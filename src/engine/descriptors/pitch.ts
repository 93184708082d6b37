/** Range of fundamental frequencies that are looked for, in Hz. */
const LOWEST_HZ = 50;
const HIGHEST_HZ = 2000;
/** Aperiodicity below which a lag counts as a period (the paper's absolute threshold). */
const THRESHOLD = 0.15;
/** Share of the frames that must have a pitch. */
const LEAST_PITCHED = 0.5;
const FRAMES = 5;

/**
 * Pitch of a steady mono sound: the median over a few frames of YIN (de Cheveigné & Kawahara, "YIN, a fundamental frequency
 * estimator for speech and music", 2002, equations 6 and 8, with parabolic interpolation).
 *
 * @param rate in Hz
 * @returns Hz, between 50 and 2000; null where less than half of the frames are periodic, or the sound is too short
 */
export function pitchHz(samples: ArrayLike<number>, rate: number): number | null {
  const longest = Math.ceil(rate / LOWEST_HZ);
  const window = longest;
  const room = samples.length - window - longest - 1;
  if (room < 0) return null;
  const pitches: number[] = [];
  const difference = new Float64Array(longest + 2);
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const from = Math.floor((room * frame) / (FRAMES - 1));
    const period = periodAt(samples, from, window, rate / HIGHEST_HZ, longest, difference);
    if (period !== null) pitches.push(rate / period);
  }
  if (pitches.length < LEAST_PITCHED * FRAMES) return null;
  pitches.sort((a, b) => a - b);
  return pitches[pitches.length >> 1] ?? null;
}

/** @param difference scratch, [longest + 2] @returns samples, or null where there is no period */
function periodAt(
  samples: ArrayLike<number>,
  from: number,
  window: number,
  shortest: number,
  longest: number,
  difference: Float64Array,
): number | null {
  let sum = 0;
  difference[0] = 1;
  for (let lag = 1; lag <= longest + 1; lag += 1) {
    let squared = 0;
    for (let n = from; n < from + window; n += 1) {
      const d = (samples[n] ?? 0) - (samples[n + lag] ?? 0);
      squared += d * d;
    }
    sum += squared;
    difference[lag] = sum > 0 ? (squared * lag) / sum : 1;
  }
  for (let lag = Math.max(2, Math.floor(shortest)); lag <= longest; lag += 1) {
    if ((difference[lag] ?? 1) >= THRESHOLD) continue;
    while (lag < longest && (difference[lag + 1] ?? 1) < (difference[lag] ?? 1)) lag += 1;
    return vertex(difference, lag);
  }
  return null;
}

/** Place of the extremum of the parabola through three neighbouring values. */
function vertex(values: Float64Array, at: number): number {
  const [before, here, after] = [values[at - 1] ?? 0, values[at] ?? 0, values[at + 1] ?? 0];
  const curvature = before - 2 * here + after;
  return curvature === 0 ? at : at + (before - after) / (2 * curvature);
}
