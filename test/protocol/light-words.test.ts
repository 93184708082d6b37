import { lightWords } from '../../src/protocol/light-words.js';
import type { LightFigures } from '../../src/protocol/model-report.js';

const origin = { version: 1, processor: 'AMD EPYC' };
const figures: LightFigures = {
  loads: [],
  timesFaster: 1.38,
  weightBytes: { exact: 1000, light: 412 },
  latentsSnrDb: 41,
  audioSnrDb: 37.6,
  spectralDistanceDb: 0.2,
};

describe('lightWords', () => {
  it('says what a light form gives and costs', () => {
    expect(lightWords({ outcome: 'made', ...origin, figures })).toBe(
      '1.4 times faster, 41 % of the memory for weights, −38 dB',
    );
  });

  it('says why there is none', () => {
    expect(lightWords({ outcome: 'gains-too-little', ...origin })).toBe(
      'no light form: it would not be faster on AMD EPYC',
    );
    expect(lightWords({ outcome: 'differs-too-much', ...origin })).toContain('change the sound too much');
  });
});
