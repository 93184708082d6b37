import { carryExamples, type CarryOptions } from '../../../src/engine/carry/carry-examples.js';
import { descriptorDistance, type HeldDescriptors } from '../../../src/engine/carry/held-descriptors.js';
import type { LatentsOfExample } from '../../../src/engine/carry/messages.js';

const sound = (loudnessLufs: number, brightnessOctaves: number): HeldDescriptors => ({
  loudnessLufs,
  brightnessOctaves,
  noisiness: 0.1,
  pitchOctaves: null,
});
/** A model whose first latent is loudness and whose second is brightness, and one with both the other way round and upside down. */
const first = {
  measure: ([a = 0, b = 0]: ArrayLike<number> & Iterable<number>) => sound(-30 + 10 * a, 9 + b),
};
const second = {
  measure: ([a = 0, b = 0]: ArrayLike<number> & Iterable<number>) => sound(-30 - 5 * b, 9 - a / 2),
};
const examples: LatentsOfExample[] = [
  { id: 'quiet', latents: [-1, 0.5] },
  { id: 'loud', latents: [1, -1] },
  { id: 'louder than the other model can be', latents: [9, 0] },
];
const ranges: [number, number][] = [
  [-3, 3],
  [-4, 4],
  [0, 1],
];

function carry(change: Partial<CarryOptions> = {}): { carried: LatentsOfExample[]; shares: number[] } {
  const steps = carryExamples({
    from: first,
    to: second,
    ranges,
    examples,
    ...change,
  });
  const shares: number[] = [];
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { carried: value, shares };
    shares.push(value);
  }
}

describe('carrying examples to another model', () => {
  it('finds the places that sound most alike, within the ranges of the model', () => {
    const { carried, shares } = carry();
    expect(carried.map(({ id }) => id)).toEqual(examples.map(({ id }) => id));
    for (const { latents } of carried) {
      expect(latents).toHaveLength(3);
      latents.forEach((value, d) => {
        expect(value).toBe(Math.fround(value));
        expect(value).toBeGreaterThanOrEqual(ranges[d]?.[0] ?? NaN);
        expect(value).toBeLessThanOrEqual(ranges[d]?.[1] ?? NaN);
      });
    }
    const miss = (i: number) =>
      descriptorDistance(
        first.measure(examples[i]?.latents ?? []),
        second.measure(carried[i]?.latents ?? []),
      );
    // Steps of 6 dB and of half an octave.
    expect(miss(0)).toBeLessThan(0.5);
    expect(miss(1)).toBeLessThan(0.5);
    // 60 dB are asked for, −10 dB is the loudest that there is.
    expect(second.measure(carried[2]?.latents ?? []).loudnessLufs).toBeGreaterThan(-14);
    expect(shares.every((share, i) => share >= (shares[i - 1] ?? 0))).toBe(true);
    expect(shares.at(-1)).toBeCloseTo(1, 6);
  });

  it('gives the same places each time', () => {
    expect(carry()).toEqual(carry());
  });

  it('leaves out an example that gives no sound, and refuses a model that gives none', () => {
    const broken: CarryOptions['from'] = {
      measure: (latents) => ((latents[0] ?? 0) > 5 ? null : first.measure(latents as number[])),
    };
    expect(carry({ from: broken }).carried.map(({ id }) => id)).toEqual(['quiet', 'loud']);
    expect(() => carry({ to: { measure: () => null } })).toThrow(/no sound/);
  });
});
