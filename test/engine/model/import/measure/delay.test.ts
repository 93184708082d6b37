import { bestLag, measureDelay } from '../../../../../src/engine/model/import/measure/delay.js';
import { probeSignal } from '../../../../../src/engine/model/run/probe-signal.js';

const signal = probeSignal(32_000, 16_000);

function delayed(by: number, gain = 1): Float32Array {
  return signal.map((_, n) => gain * (signal[n - by] ?? 0));
}

describe('the lag between two signals', () => {
  test.each([0, 1, 137, 4000])('is exact to the sample: %d', (by) => {
    const { lag, strength } = bestLag(signal, delayed(by), 8000);
    expect(lag).toBe(by);
    expect(strength).toBeGreaterThan(0.8);
  });

  test('is found in inverted and noisy signals', () => {
    const noisy = delayed(300, -0.5).map((value, n) => value + 0.05 * Math.sin(n * n));
    expect(bestLag(signal, noisy, 8000).lag).toBe(300);
  });

  test('has low strength for unrelated signals, and zero for silence', () => {
    expect(
      bestLag(
        signal,
        signal.map((_, n) => Math.sin(n * n * 0.37)),
        8000,
      ).strength,
    ).toBeLessThan(0.2);
    expect(bestLag(signal, new Float32Array(32_000), 8000)).toEqual({ lag: 0, strength: 0 });
  });
});

test('the probe signal is deterministic, bounded, and contains silence', () => {
  expect(probeSignal(1000, 16_000)).toEqual(signal.slice(0, 1000));
  expect(signal.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0)).toBeLessThanOrEqual(0.5);
  expect(signal.subarray(12_100, 15_900).every((value) => value === 0)).toBe(true);
});

describe('the delay of a model', () => {
  const rate = 16_000;
  const shape = { sampleRate: rate, hop: 64, frames: 4 };
  const input = probeSignal(3 * rate, rate);
  const late = (from: Float32Array, by: number) => from.map((_, n) => from[n - by] ?? 0);
  const never = () => Promise.reject(new Error('no second run is needed'));

  test('is measured by waveform where the model preserves it', async () => {
    expect(await measureDelay(shape, input, late(input, 700), never)).toBe(700);
  });

  test('is measured by loudness where the model preserves only that', async () => {
    const carrier = input.map((_, n) => Math.sin(n * n * 0.37));
    const output = late(input, 640).map((value, n) => Math.abs(value) * (carrier[n] as number));
    const delay = await measureDelay(shape, input, output, never);
    expect(Math.abs(delay - 640)).toBeLessThanOrEqual(16);
  });

  test('is measured by clicks where the model preserves neither', async () => {
    const own = input.map((_, n) => Math.sin(n * n * 0.37));
    const play = (signal: Float32Array) =>
      late(signal, 500).map((value, n) => (own[n] as number) + value / 20);
    const run = (signals: readonly Float32Array[]) =>
      Promise.resolve(signals.map((signal) => ({ latents: [], output: play(signal) })));
    expect(await measureDelay(shape, input, play(input), run)).toBe(500);
    await expect(measureDelay(shape, input, play(input), never)).rejects.toThrow('no second run');
  });

  // Such a model was said to be half a second late: the loudness that it gives is the same for every sound.
  test('is measured by clicks where the model divides by the loudness of its input', async () => {
    const block = 256;
    const play = (given: Float32Array): Float32Array =>
      given.map((_, n) => {
        const start = n - (n % block);
        const sounding = given.subarray(start, start + block);
        const level = Math.sqrt(sounding.reduce((sum, value) => sum + value * value, 0) / block);
        const folded = sounding.reduce((sum, value, k) => sum + value * Math.cos(0.7 * k), 0);
        return level === 0 ? 0 : (0.1 * folded * Math.sin(n * n * 0.37)) / level;
      });
    const run = (signals: readonly Float32Array[]) =>
      Promise.resolve(signals.map((each) => ({ latents: [], output: play(each) })));
    expect(await measureDelay(shape, input, play(input), run, false)).toBeLessThan(block);
  });
});
