import { gainToDb } from '../audio/db.js';
import type { NoiseSource } from '../model/run/noise.js';
import type { RunningModel } from '../model/run/running-model.js';

/** Frames that a decoder gets to settle on new latents, and frames that are then measured. */
const SETTLING_FRAMES = 4;
const MEASURED_FRAMES = 4;
const SILENCE_DB = -120;

/**
 * The peak, in dB, that a model's decoder gives while it gets the same latents frame after frame. The model
 * must be this function's own: its state is lost.
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
