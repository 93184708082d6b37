import type { LatentEffect, LatentReport } from './model-report.js';

/** Changes that count as one step each. */
const LOUDNESS_STEP_DB = 6;
const BRIGHTNESS_STEP_OCTAVES = 0.5;
const NOISINESS_STEP = 0.2;
/** Steps from which an effect is named. */
const NAMED = 0.5;
/** Steps, and difference of the spectra's shapes in dB, below which nothing is heard. */
const HEARD = 0.1;
const HEARD_TIMBRE_DB = 1;

/** [steps, low end, high end], the strongest first. */
function steps({ loudnessDb, brightnessOctaves, noisiness }: LatentEffect): [number, string, string][] {
  const all: [number, string, string][] = [
    [loudnessDb / LOUDNESS_STEP_DB, 'soft', 'loud'],
    [brightnessOctaves / BRIGHTNESS_STEP_OCTAVES, 'dark', 'bright'],
    [noisiness / NOISINESS_STEP, 'tonal', 'noisy'],
  ];
  return all.sort(([a], [b]) => Math.abs(b) - Math.abs(a));
}

/** Whether a latent audibly changes a held sound; true where that is not known. */
export function isHeard({ effect }: LatentReport): boolean {
  if (effect === null || effect.timbreDb >= HEARD_TIMBRE_DB) return true;
  return steps(effect).some(([size]) => Math.abs(size) >= HEARD);
}

/**
 * What a latent does from its low to its high end, in words: "dark to bright, soft to loud"; "colour" where it changes only the
 * timbre, "nothing audible" where it does not even do that.
 * @returns null where it was not measured
 */
export function effectWords(latent: LatentReport): string | null {
  if (latent.effect === null) return null;
  if (!isHeard(latent)) return 'nothing audible';
  const named = steps(latent.effect).filter(([size]) => Math.abs(size) >= NAMED);
  const words = named.map(([size, low, high]) => (size > 0 ? `${low} to ${high}` : `${high} to ${low}`));
  return words.length === 0 ? 'colour' : words.join(', ');
}
