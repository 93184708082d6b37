/**
 * Kaiser's window and his estimates for low-pass design: J. F. Kaiser, "Nonrecursive digital filter design using
 * the I0-sinh window function", ISCAS 1974; Oppenheim and Schafer, "Discrete-Time Signal Processing", section 7.6.
 */

/** Modified Bessel function of the first kind and order zero, by its power series. */
function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k += 1) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}

/** Shape parameter β for a stop-band attenuation in dB. */
export function kaiserBeta(attenuationDb: number): number {
  if (attenuationDb > 50) return 0.1102 * (attenuationDb - 8.7);
  if (attenuationDb < 21) return 0;
  return 0.5842 * (attenuationDb - 21) ** 0.4 + 0.07886 * (attenuationDb - 21);
}

/** Number of taps for a stop-band attenuation in dB and a transition band of `width` cycles per sample. */
export const kaiserTaps = (attenuationDb: number, width: number): number =>
  Math.ceil((attenuationDb - 7.95) / (14.36 * width)) + 1;

/**
 * A low-pass kernel in continuous time: `sin(2π·cutoff·u) / (π·u)` times a Kaiser window.
 * @param cutoff −6 dB point in cycles per sample
 * @param halfLength the kernel is zero beyond ±halfLength samples
 * @returns the kernel's value `u` samples from its centre
 */
export function kaiserSinc(cutoff: number, halfLength: number, beta: number): (u: number) => number {
  const scale = 1 / besselI0(beta);
  return (u) => {
    const position = u / halfLength;
    if (Math.abs(position) > 1) return 0;
    const window = besselI0(beta * Math.sqrt(1 - position * position)) * scale;
    const angle = 2 * Math.PI * cutoff * u;
    return 2 * cutoff * window * (Math.abs(angle) < 1e-12 ? 1 : Math.sin(angle) / angle);
  };
}
