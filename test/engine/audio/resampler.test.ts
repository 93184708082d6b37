import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import LSR from '@alexanderolsen/libsamplerate-js';
import { Resampler, rateRatio, resamplerLookahead } from '../../../src/engine/audio/resampler.js';
import { fitSine, lowPass, rmsDb, sine, whiteNoise } from './signals.js';

const PAIRS: readonly (readonly [number, number])[] = [
  [22_050, 44_100],
  [22_050, 48_000],
  [44_100, 48_000],
  [48_000, 44_100],
  [48_000, 96_000],
  [96_000, 48_000],
  [88_200, 48_000],
  [44_100, 192_000],
  [192_000, 44_100],
  [48_000, 22_050],
  [48_000, 44_101],
  [44_101, 48_000],
];

/** All outputs for `input`, written and read in blocks. */
function resample(
  input: Float32Array,
  from: number,
  to: number,
  blocks: readonly number[] = [500],
): Float32Array {
  const largest = Math.max(...blocks);
  const resampler = new Resampler({ from, to, channels: 1, capacity: largest });
  const output = new Float32Array(Math.ceil((input.length * to) / from) + 1);
  let produced = 0;
  for (let at = 0, turn = 0; at < input.length; turn += 1) {
    const size = Math.min(blocks[turn % blocks.length] ?? 1, input.length - at);
    resampler.write([input], at, size);
    at += size;
    const ready = resampler.available();
    resampler.read([output], produced, ready);
    produced += ready;
  }
  return output.subarray(0, produced);
}

/** Without the ends, which are affected by the silence around the signal. */
const settled = (signal: Float32Array, from: number, to: number): Float32Array =>
  signal.subarray(Math.ceil((resamplerLookahead(from, to) * to) / from) + 1);

describe.each(PAIRS)('from %i to %i Hz', (from, to) => {
  const nyquist = Math.min(from, to) / 2;
  const passBand = Math.min(20_000, 0.9 * nyquist);

  test('is flat within 0.1 dB, distorts less than −90 dB, and has exact phase', () => {
    for (const share of [0.01, 0.3, 0.7, 0.95, 1]) {
      const hz = share * passBand;
      const output = resample(sine(from / 20, hz, from), from, to);
      const whole = fitSine(settled(output, from, to).slice(), hz, to);
      expect(Math.abs(20 * Math.log10(whole.amplitude))).toBeLessThan(0.1);
      expect(whole.residualDb).toBeLessThan(-90);
      // Output m shows input time m · from / to exactly: no delay is left in the phase.
      const skipped = output.length - settled(output, from, to).length;
      const expected = ((2 * Math.PI * hz * skipped) / to) % (2 * Math.PI);
      const error = Math.atan2(Math.sin(whole.phase - expected), Math.cos(whole.phase - expected));
      expect(Math.abs(error)).toBeLessThan(1e-3);
    }
  });

  test('attenuates images and aliases by 90 dB', () => {
    if (from > to) {
      for (const share of [0.001, 0.1, 0.5, 0.99]) {
        const hz = to / 2 + share * (from - to) * 0.5;
        expect(rmsDb(settled(resample(sine(from / 20, hz, from), from, to), from, to))).toBeLessThan(-90);
      }
      return;
    }
    // Up: images of tones right up to the lower Nyquist frequency, where the tone itself may be weaker.
    for (const share of [0.93, 0.98, 0.999]) {
      const hz = share * nyquist;
      const output = settled(resample(sine(from / 20, hz, from), from, to), from, to);
      const { amplitude, residualDb } = fitSine(output.slice(), hz, to);
      expect(residualDb + 20 * Math.log10(amplitude)).toBeLessThan(-90);
    }
  });

  test('has exactly unity gain at 0 Hz', () => {
    const output = settled(resample(new Float32Array(from / 20).fill(0.5), from, to), from, to);
    const worst = output.reduce((error, sample) => Math.max(error, Math.abs(sample - 0.5)), 0);
    expect(output.length).toBeGreaterThan(900);
    expect(worst).toBeLessThan(1e-7);
  });

  test('makes each output available as soon as its look-ahead is written', () => {
    const { numerator, denominator } = rateRatio(from, to);
    const resampler = new Resampler({ from, to, channels: 1, capacity: 1 });
    const sink = [new Float32Array(16)];
    let produced = 0;
    for (let written = 1; written <= 900; written += 1) {
      resampler.write([new Float32Array(1)], 0, 1);
      const ready = resampler.available();
      resampler.read(sink, 0, ready);
      produced += ready;
      const needs = (m: number) => Math.floor((m * numerator) / denominator) + resampler.lookahead;
      if (produced > 0) expect(needs(produced - 1)).toBeLessThan(written);
      expect(needs(produced)).toBeGreaterThanOrEqual(written);
    }
    expect(() => resampler.read(sink, 0, resampler.available() + 1)).toThrow(RangeError);
  });
});

test('equal rates copy, without delay', () => {
  const input = whiteNoise(999, 1, 4);
  expect(resample(input, 48_000, 48_000)).toEqual(input);
  expect(resamplerLookahead(48_000, 48_000)).toBe(0);
});

test('the output does not depend on block sizes', () => {
  const input = whiteNoise(6000, 1, 5);
  const reference = resample(input, 44_100, 48_000);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 }), (blocks) => {
      expect(resample(input, 44_100, 48_000, blocks)).toEqual(reference);
    }),
    { numRuns: 30, seed: 1 },
  );
});

test('does not drift over five million samples', () => {
  const [from, to] = [44_101, 48_000];
  const resampler = new Resampler({ from, to, channels: 0, capacity: from });
  let produced = 0;
  for (let second = 0; second < 105; second += 1) {
    resampler.write([], 0, from);
    const ready = resampler.available();
    resampler.read([], 0, ready);
    produced += ready;
  }
  const last = BigInt(105 * from - 1 - resampler.lookahead);
  // Outputs m with floor(m · from / to) ≤ last.
  const expected = ((last + 1n) * BigInt(to) - 1n) / BigInt(from) + 1n;
  expect(BigInt(produced)).toBe(expected);
});

test('an origin shifts the outputs by a fraction of a sample', () => {
  const rate = { from: 48_000, to: 44_100 };
  const { denominator } = rateRatio(rate.from, rate.to);
  const hz = 1000;
  const input = sine(4800, hz, rate.from);
  const origin = -3 * denominator + 40;
  const resampler = new Resampler({ ...rate, channels: 1, capacity: 4800, origin });
  const output = [new Float32Array(5000)];
  resampler.write([input], 0, 4800);
  const ready = resampler.available();
  resampler.read(output, 0, ready);
  for (let m = 300; m < ready; m += 97) {
    const time = origin / denominator / rate.from + m / rate.to;
    expect(output[0]?.[m]).toBeCloseTo(Math.sin(2 * Math.PI * hz * time), 4);
  }
  expect(output[0]?.[0]).toBeCloseTo(0, 1);
});

test.each([
  [48_000, 44_100],
  [44_100, 48_000],
])('agrees with libsamplerate at its best, %i to %i Hz', async (from, to) => {
  const band = 18_000 / from;
  const input = lowPass(whiteNoise(from / 4, 0.5, 6), band);
  const own = resample(input, from, to);
  const oracle = await LSR.create(1, from, to, { converterType: LSR.ConverterType.SRC_SINC_BEST_QUALITY });
  const theirs = oracle.simple(input);
  oracle.destroy();
  const [first, last] = [1000, own.length - 1000];
  const difference = own.slice(first, last).map((sample, i) => sample - (theirs[first + i] ?? NaN));
  expect(rmsDb(difference) - rmsDb(own.slice(first, last))).toBeLessThan(-90);
});
