import {
  noiseShare,
  signalToNoiseDb,
  spectralDistanceDb,
} from '../../../../src/engine/model/precision/compare-sounds.js';

const tone = (level: number, cycles = 40) =>
  Float64Array.from({ length: 8192 }, (_, n) => level * Math.sin((2 * Math.PI * cycles * n) / 8192));

describe('noiseShare', () => {
  it('compares powers', () => {
    const noise = tone(0.01, 900);
    const noisy = tone(1).map((value, n) => value + (noise[n] ?? 0));
    expect(noiseShare(tone(1), noisy)).toBeCloseTo(1e-4, 6);
    expect(signalToNoiseDb(noiseShare(tone(1), noisy))).toBeCloseTo(40, 1);
  });

  it('is a bounded ratio in dB where nothing differs, and where nothing is there', () => {
    const silence = new Float64Array(8192);
    expect(signalToNoiseDb(noiseShare(tone(1), tone(1)))).toBe(200);
    expect(signalToNoiseDb(noiseShare(silence, tone(1)))).toBe(-200);
    expect(noiseShare(silence, silence)).toBeNaN();
    expect(signalToNoiseDb(NaN)).toBe(0);
  });
});

describe('spectralDistanceDb', () => {
  it('is a difference of level where spectra have the same shape', () => {
    const noise = Float64Array.from({ length: 8192 }, (_, n) => Math.sin(n ** 2));
    expect(
      spectralDistanceDb(
        noise,
        noise.map((value) => 0.5 * value),
      ),
    ).toBeCloseTo(6.02, 1);
  });

  it('does not hear phase, nor what lies below the floor', () => {
    const later = tone(1).map((_, n) => Math.cos((2 * Math.PI * 40 * n) / 8192));
    expect(spectralDistanceDb(tone(1), later)).toBeLessThan(0.5);
    const soft = tone(1).map((value, n) => value + 1e-7 * Math.sin(n ** 2));
    expect(spectralDistanceDb(tone(1), soft)).toBeLessThan(0.5);
  });

  it('is 0 for silence', () => {
    expect(spectralDistanceDb(new Float64Array(2048), new Float64Array(2048))).toBe(0);
  });
});
