import { Random } from '../../../src/engine/mapping/random.js';
import type { Learning, RegressorKind, RegressorSettings } from '../../../src/document/learning.js';
import type { Example } from '../../../src/document/example.js';
import { defaultRegressor } from '../../../src/document/default-learning.js';
import type { TrainingRequest } from '../../../src/engine/mapping/train.js';

export const KINDS: readonly RegressorKind[] = ['mlp', 'gp', 'linear', 'polynomial', 'knn'];

let made = 0;

export function example(inputs: number[], latents: number[], more: Partial<Example> = {}): Example {
  return { id: `x${++made}`, label: '', hue: 0, enabled: true, weight: 1, inputs, latents, ...more };
}

export const learnWith = (settings: RegressorSettings | RegressorKind): Learning => ({
  shared: typeof settings === 'string' ? defaultRegressor(settings) : settings,
  perDimension: {},
  automatic: true,
});

export function request(examples: Example[], settings: RegressorSettings | RegressorKind): TrainingRequest {
  return {
    examples,
    learning: learnWith(settings),
    inputCount: examples[0]?.inputs.length ?? 2,
    latentCount: examples[0]?.latents.length ?? 3,
  };
}

/** Seeded examples at random points: latents are a smooth function of the inputs, or random. */
export function scattered(
  count: number,
  inputs: number,
  latents: number,
  kind: 'smooth' | 'random',
  seed = 1,
): Example[] {
  const random = new Random(seed);
  const waves = Array.from({ length: latents }, () =>
    Array.from({ length: inputs + 1 }, () => 2 * random.normal()),
  );
  return Array.from({ length: count }, () => {
    const place = Array.from({ length: inputs }, () => random.uniform());
    const smooth = ([phase = 0, ...slopes]: number[]) =>
      2 *
      Math.sin(
        slopes.reduce((sum, slope, k) => sum + (slope * (place[k]! - 0.5)) / Math.sqrt(inputs / 8), phase),
      );
    return example(
      place,
      waves.map((wave) => (kind === 'smooth' ? smooth(wave) : 4 * random.uniform() - 2)),
    );
  });
}
