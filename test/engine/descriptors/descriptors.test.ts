import { DescriptorMeter } from '../../../src/engine/descriptors/descriptors.js';
import { SILENCE_LUFS, loudnessLufs } from '../../../src/engine/descriptors/loudness.js';
import { pitchHz } from '../../../src/engine/descriptors/pitch.js';
import { SeededNoise } from '../../../src/engine/model/run/noise.js';

const sine = (hz: number, rate: number, seconds: number, amplitude = 1) =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, n) =>
    Math.fround(amplitude * Math.sin((2 * Math.PI * hz * n) / rate)),
  );

function noise(length: number, amplitude: number): Float32Array {
  const out = new Float32Array(length);
  new SeededNoise(7).normal(out, 1);
  return out.map((value) => amplitude * value);
}

function harmonics(hz: number, rate: number, seconds: number): Float32Array {
  const out = new Float32Array(Math.round(rate * seconds));
  for (let k = 1; k <= 15 && k * hz < 0.4 * rate; k += 1)
    sine(k * hz, rate, seconds, 0.2 / k).forEach((value, n) => (out[n] = (out[n] ?? 0) + value));
  return out;
}

const RATES = [22_050, 44_100, 48_000, 96_000];

describe('loudness', () => {
  // ITU-R BS.1770-5: "a 0 dB FS, 1 kHz (997 Hz) sine wave applied to the left … input, the indicated loudness will equal −3.01".
  it.each(RATES)('is −3.01 LUFS for a full-scale sine at 997 Hz and %i Hz', (rate) => {
    expect(loudnessLufs(sine(997, rate, 1), rate, rate >> 2)).toBeCloseTo(-3.01, 1);
  });

  it('weighs 50 Hz as the high-pass does, 10 kHz as the shelf', () => {
    const at = (hz: number) => loudnessLufs(sine(hz, 48_000, 1), 48_000, 12_000) - -3.01;
    expect(at(10_000)).toBeCloseTo(3.3, 0);
    expect(at(50)).toBeLessThan(-2.5);
  });

  it('is the floor for silence and follows the amplitude', () => {
    expect(loudnessLufs(new Float32Array(1000), 44_100)).toBe(SILENCE_LUFS);
    const level = (amplitude: number) => loudnessLufs(sine(440, 44_100, 0.5, amplitude), 44_100);
    expect(level(0.1) - level(0.01)).toBeCloseTo(20, 5);
  });
});

describe('descriptors', () => {
  it.each(RATES)('find the brightness of a sine at %i Hz sampling rate', (rate) => {
    const { brightnessHz } = new DescriptorMeter(rate).measure(sine(1000, rate, 0.4, 0.5));
    expect(Math.abs(Math.log2(brightnessHz / 1000))).toBeLessThan(0.02);
  });

  it('distinguish sines and harmonic sounds from noise, at any level', () => {
    const meter = new DescriptorMeter(44_100);
    for (const hz of [80, 220, 700]) {
      expect(meter.measure(harmonics(hz, 44_100, 0.4)).noisiness).toBeLessThan(0.15);
      expect(meter.measure(sine(hz, 44_100, 0.4)).noisiness).toBeLessThan(0.15);
    }
    for (const amplitude of [1e-4, 0.3]) {
      const { noisiness } = meter.measure(noise(20_000, amplitude));
      expect(noisiness).toBeGreaterThan(0.85);
      expect(noisiness).toBeLessThanOrEqual(1);
    }
  });

  it('give a timbre that does not depend on level, and differs between spectra', () => {
    const meter = new DescriptorMeter(44_100);
    const dark = harmonics(110, 44_100, 0.4);
    const distance = (a: Float64Array, b: Float64Array) =>
      Math.hypot(...a.map((value, i) => value - (b[i] ?? 0)));
    const timbre = meter.measure(noise(20_000, 0.1)).timbre;
    expect(distance(timbre, meter.measure(noise(20_000, 0.2)).timbre)).toBeLessThan(0.05);
    expect(distance(timbre, meter.measure(dark).timbre)).toBeGreaterThan(5);
  });

  it('of silence are finite', () => {
    const { brightnessHz, noisiness, peak, timbre } = new DescriptorMeter(44_100).measure(
      new Float32Array(9000),
    );
    expect([brightnessHz, noisiness, peak]).toEqual([0, 0, 0]);
    expect(timbre.every(Number.isFinite)).toBe(true);
  });

  it('leave out the samples that are to be skipped', () => {
    const rate = 44_100;
    const sound = sine(500, rate, 0.6, 0.1);
    sound.fill(0.9, 0, 3000);
    expect(new DescriptorMeter(rate).measure(sound, 3000).peak).toBeCloseTo(0.1, 5);
  });
});

describe('pitch', () => {
  it.each([
    [55, 44_100],
    [82.41, 48_000],
    [440, 44_100],
    [1318.5, 22_050],
    [1900, 96_000],
  ])('of %d Hz at %i Hz is found within 5 cents', (hz, rate) => {
    for (const sound of [sine(hz, rate, 0.3), harmonics(hz, rate, 0.3)])
      expect(Math.abs(1200 * Math.log2((pitchHz(sound, rate) ?? 1) / hz))).toBeLessThan(5);
  });

  it('is none for noise, silence and sounds shorter than two periods of the lowest pitch', () => {
    expect(pitchHz(noise(20_000, 0.2), 44_100)).toBeNull();
    expect(pitchHz(new Float32Array(20_000), 44_100)).toBeNull();
    expect(pitchHz(sine(440, 44_100, 0.02), 44_100)).toBeNull();
  });
});
