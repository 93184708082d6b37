import { createNoise, type NoiseSetting, type SidedNoise } from '../model/run/noise.js';

/** Noise of the model's own random operations, and the noise added to the latents. */
export interface StreamNoise {
  readonly model: SidedNoise;
  readonly latents: SidedNoise;
}

/** Noise of the model and of the latents, two independent streams of one setting. */
export function streamNoise(setting: NoiseSetting): StreamNoise {
  return { model: createNoise(setting, 0), latents: createNoise(setting, 1) };
}
