import { gainToDb } from '../audio/db.js';
import type { NoiseSource } from '../model/run/noise.js';
import type { RunningModel } from '../model/run/running-model.js';

/** Latent frames that are decoded before the measurement, and frames that are measured. */
const SETTLING_FRAMES = 4;
const MEASURED_FRAMES = 4;
const SILENCE_DB = -120;

/**
 * Measures the sample peak of a decoder's output, in dB (−120 for silence), while its input is constant.
 * @param model is reset and changed; must not be in use elsewhere
 * @param latents one value per dimension; missing ones are 0
 */
export function probeLevel(model: RunningModel, noise: NoiseSource, latents: ArrayLike<number>): number {
  const { frames, latentDims } = model.shape;
  model.reset();
  for (let dimension = 0; dimension < latentDims; dimension++) {
    model.latents.fill(latents[dimension] ?? 0, dimension * frames, (dimension + 1) * frames);
  }
  let peak = 0;
  for (let frame = 0; frame < SETTLING_FRAMES + MEASURED_FRAMES; frame += frames) {
    model.decode(noise);
    if (frame < SETTLING_FRAMES) continue;
    for (const sample of model.audioOut) peak = Math.max(peak, Math.abs(sample));
  }
  return Math.max(SILENCE_DB, gainToDb(peak));
}
