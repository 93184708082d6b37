import { measureEffects } from '../../../../src/engine/model/report/measure-effects.js';
import { sineModel } from '../../starter-map/sine-model.js';

/** Frames in which the pitch is 220 to 440 Hz, the level −20 dB, without noise. */
const FRAMES = Array.from({ length: 40 }, (_, i) => Float64Array.of(i / 40, 0, 0, 0));
const RANGES = [
  [0, 2],
  [-1, 1],
  [0, 1],
  [-3, 3],
] as const;
const ALL = [0, 1, 2, 3];

describe('effects of latents', () => {
  it('are those of the decoder, in decibels and octaves', () => {
    const [pitch, level, noise, nothing] = measureEffects(sineModel(4), RANGES, FRAMES, ALL, () => false);
    expect(pitch?.brightnessOctaves).toBeCloseTo(2, 1);
    expect(level?.loudnessDb).toBeCloseTo(12.04, 1);
    expect(level?.brightnessOctaves).toBeCloseTo(0, 2);
    expect(noise?.noisiness).toBeGreaterThan(0.7);
    expect(noise?.timbreDb).toBeGreaterThan(5);
    expect(nothing?.loudnessDb).toBeCloseTo(0, 6);
    expect(nothing?.timbreDb).toBeCloseTo(0, 6);
  });

  it('leave out the spectrum where one end is silent, and count silence as −60 LUFS', () => {
    const [, level] = measureEffects(sineModel(2), [[0, 1], [-20, 0]], FRAMES, [1], () => false); // prettier-ignore
    expect(level?.loudnessDb).toBeGreaterThan(30);
    expect(level?.loudnessDb).toBeLessThan(50);
    expect(level).toMatchObject({ brightnessOctaves: 0, noisiness: 0, timbreDb: 0 });
  });

  it('are measured over a width of 1 where the range is narrower', () => {
    const [, level] = measureEffects(sineModel(2), [[0, 0], [0, 0]], FRAMES, [1], () => false); // prettier-ignore
    expect(level?.loudnessDb).toBeCloseTo(6.02, 1);
  });

  it('stop where there is no more time, in the given order, after the first eight', () => {
    const ranges = Array.from({ length: 11 }, () => [-1, 1] as const);
    const frames = [new Float64Array(11)];
    const order = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
    let asked = 0;
    const effects = measureEffects(sineModel(11), ranges, frames, order, () => ++asked > 1);
    const left = effects.flatMap((effect, dimension) => (effect === null ? [dimension] : []));
    expect(left).toEqual([0, 1]);
  });

  it('are null where the decoder gives no finite values, and without frames', () => {
    const broken = sineModel(4, { notANumberAbove: -Infinity });
    expect(measureEffects(broken, RANGES, FRAMES, ALL, () => false)).toEqual([null, null, null, null]);
    expect(measureEffects(sineModel(4), RANGES, [], ALL, () => false)).toEqual([null, null, null, null]);
  });
});
