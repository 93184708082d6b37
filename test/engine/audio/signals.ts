/** Seeded uniform numbers in 0..1 (Mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const sine = (samples: number, hz: number, rate: number, level = 1): Float32Array =>
  Float32Array.from({ length: samples }, (_, n) => level * Math.sin((2 * Math.PI * hz * n) / rate));

export const whiteNoise = (samples: number, level: number, seed: number): Float32Array => {
  const draw = random(seed);
  return Float32Array.from({ length: samples }, () => level * (2 * draw() - 1));
};

/** Four-term Blackman-Harris window (F. J. Harris 1978), −92 dB; `x` from −1 to 1. */
function blackmanHarris(x: number): number {
  if (Math.abs(x) > 1) return 0;
  const t = Math.PI * (x + 1);
  return 0.35875 - 0.48829 * Math.cos(t) + 0.14128 * Math.cos(2 * t) - 0.01168 * Math.cos(3 * t);
}

/** Low-pass kernel at `offset` from its centre, by another window than the engine's own filters. */
export function windowedSinc(cutoff: number, half: number, offset: number): number {
  const angle = 2 * Math.PI * cutoff * offset;
  const sinc = Math.abs(angle) < 1e-12 ? 1 : Math.sin(angle) / angle;
  return 2 * cutoff * sinc * blackmanHarris(offset / half);
}

/** `signal` low-passed at `cutoff` (−6 dB point, cycles per sample), −92 dB from 0.02 above it. */
export function lowPass(signal: Float32Array, cutoff: number): Float32Array {
  const half = 100;
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, i) => windowedSinc(cutoff, half, i - half));
  return signal.map((_, n) => {
    let sum = 0;
    for (let i = 0; i <= 2 * half; i += 1) sum += (taps[i] ?? 0) * (signal[n + i - half] ?? 0);
    return sum;
  });
}

/** The part of `signal` that is a sine of `hz`, least squares: its amplitude, and the rms of the rest relative to it. */
export function fitSine(
  signal: Float32Array,
  hz: number,
  rate: number,
): { amplitude: number; phase: number; residualDb: number } {
  let [ss, sc, cc, sy, cy] = [0, 0, 0, 0, 0];
  signal.forEach((y, n) => {
    const s = Math.sin((2 * Math.PI * hz * n) / rate);
    const c = Math.cos((2 * Math.PI * hz * n) / rate);
    ss += s * s;
    sc += s * c;
    cc += c * c;
    sy += s * y;
    cy += c * y;
  });
  const determinant = ss * cc - sc * sc;
  const a = (sy * cc - cy * sc) / determinant;
  const b = (cy * ss - sy * sc) / determinant;
  let rest = 0;
  signal.forEach((y, n) => {
    const angle = (2 * Math.PI * hz * n) / rate;
    rest += (y - a * Math.sin(angle) - b * Math.cos(angle)) ** 2;
  });
  const amplitude = Math.hypot(a, b);
  const rms = Math.sqrt(rest / signal.length);
  return { amplitude, phase: Math.atan2(b, a), residualDb: 20 * Math.log10((rms * Math.SQRT2) / amplitude) };
}

export const rmsDb = (signal: Float32Array): number =>
  10 * Math.log10(signal.reduce((sum, y) => sum + y * y, 0) / signal.length);
