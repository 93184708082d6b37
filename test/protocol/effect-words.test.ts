import type { LatentEffect } from '../../src/protocol/model-report.js';
import { effectWords, isHeard } from '../../src/protocol/effect-words.js';

const NONE: LatentEffect = { loudnessDb: 0, brightnessOctaves: 0, noisiness: 0, timbreDb: 0 };
const latent = (effect: Partial<LatentEffect> | null) => ({
  activity: 1,
  effect: effect === null ? null : { ...NONE, ...effect },
});

it.each([
  [{ loudnessDb: 12, brightnessOctaves: -0.3 }, 'soft to loud, bright to dark'],
  [{ noisiness: -0.4, loudnessDb: 4 }, 'noisy to tonal, soft to loud'],
  [{ loudnessDb: 2, timbreDb: 3 }, 'colour'],
  [{ loudnessDb: 0.3, timbreDb: 0.2 }, 'nothing audible'],
])('%j is “%s”', (effect, words) => {
  expect(effectWords(latent(effect))).toBe(words);
});

test('what was not measured has no words, and may be heard', () => {
  expect(effectWords(latent(null))).toBeNull();
  expect(isHeard(latent(null))).toBe(true);
  expect(isHeard(latent({}))).toBe(false);
});
