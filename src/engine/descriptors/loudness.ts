import { KWeightedEnergy, lufsOfPower } from '../audio/k-weighting.js';

/** Level of silence, in LUFS; quieter signals are given as this. */
export const SILENCE_LUFS = -120;

/**
 * Loudness of a mono signal without gating (ITU-R BS.1770-5, equation 2), for short, steady sounds.
 *
 * @param rate in Hz
 * @param skip samples at the start that the filters hear and the measure leaves out
 * @returns LUFS, `SILENCE_LUFS` at least
 */
export function loudnessLufs(samples: ArrayLike<number>, rate: number, skip = 0): number {
  const energy = new KWeightedEnergy(rate);
  energy.add(samples, 0, Math.min(skip, samples.length));
  energy.take();
  energy.add(samples, skip, samples.length);
  const level = lufsOfPower(energy.take() / Math.max(1, samples.length - skip));
  return level > SILENCE_LUFS ? level : SILENCE_LUFS;
}
