import { bestLag } from '../../../src/engine/model/delay.js';
import { probeSignal } from '../../../src/engine/model/signal.js';

const signal = probeSignal(32_000, 16_000);

function delayed(by: number, gain = 1): Float32Array {
  return signal.map((_, n) => gain * (signal[n - by] ?? 0));
}

describe('the lag between two signals', () => {
  test.each([0, 1, 137, 4000])('is found to the sample: %d', (by) => {
    const { lag, strength } = bestLag(signal, delayed(by), 8000);
    expect(lag).toBe(by);
    expect(strength).toBeGreaterThan(0.8);
  });

  test('is found upside down and under noise', () => {
    const noisy = delayed(300, -0.5).map((value, n) => value + 0.05 * Math.sin(n * n));
    expect(bestLag(signal, noisy, 8000).lag).toBe(300);
  });

  test('is weak where there is nothing in common, and zero for silence', () => {
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

test('the probe is the same each time, bounded, and has silence in it', () => {
  expect(probeSignal(1000, 16_000)).toEqual(signal.slice(0, 1000));
  expect(signal.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0)).toBeLessThanOrEqual(0.5);
  expect(signal.subarray(12_100, 15_900).every((value) => value === 0)).toBe(true);
});
