import { SpectrumAnalyser } from '../../descriptors/spectrum.js';

const SPECTRUM_SAMPLES = 1024;
/** Bins this far below the loudest one of the reference count as equally soft. */
const FLOOR = 1e-8;

/** Power of the difference of two signals, as a share of the power of the first; NaN where both are silent. */
export function noiseShare(exact: ArrayLike<number>, other: ArrayLike<number>): number {
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < exact.length; i += 1) {
    const value = exact[i] as number;
    signal += value ** 2;
    noise += (value - (other[i] ?? 0)) ** 2;
  }
  return noise / signal;
}

/** A noise share as a signal-to-noise ratio in dB; bounded to ±200, which it is where there is no noise, or no signal. */
export const signalToNoiseDb = (share: number): number =>
  Math.max(-200, Math.min(200, -10 * Math.log10(share) || 0));

/**
 * Log-spectral distance in dB: the root mean square over frequency of the difference of two power spectra in dB, averaged over
 * overlapping frames of 1024 samples. Levels more than 80 dB below the loudest of the first sound count as that.
 */
export function spectralDistanceDb(exact: ArrayLike<number>, other: ArrayLike<number>): number {
  const analyser = new SpectrumAnalyser(SPECTRUM_SAMPLES);
  let loudest = 0;
  analyser.each(exact, (power) => (loudest = Math.max(loudest, ...power)));
  if (loudest === 0) return 0;
  const floor = FLOOR * loudest;
  const frames = analyser.frames(exact.length);
  const kept = new Float64Array(analyser.bins);
  let sum = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const from = (frame * SPECTRUM_SAMPLES) / 2;
    kept.set(analyser.powerAt(exact, from));
    const power = analyser.powerAt(other, from);
    let squares = 0;
    for (let bin = 0; bin < kept.length; bin += 1)
      squares += (10 * Math.log10(((kept[bin] as number) + floor) / ((power[bin] as number) + floor))) ** 2;
    sum += Math.sqrt(squares / kept.length);
  }
  return sum / frames;
}
