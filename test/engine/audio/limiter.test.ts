import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dbToGain } from '../../../src/engine/audio/db.js';
import { Limiter } from '../../../src/engine/audio/limiter.js';
import { lowPass, random, sine, whiteNoise } from './signals.js';
import { ituTruePeak, samplePeak, sharpTruePeak } from './true-peak-meter.js';

const RATE = 48_000;

function limit(
  channels: readonly Float32Array[],
  ceiling: number | Float64Array,
  rate = RATE,
): { output: Float32Array[]; latency: number; reduction: number } {
  const length = channels[0]?.length ?? 0;
  const limiter = new Limiter(rate, channels.length);
  const output = channels.map((channel) => channel.slice());
  const ceilings = typeof ceiling === 'number' ? new Float64Array(length).fill(ceiling) : ceiling;
  limiter.process(output, length, ceilings);
  return { output, latency: limiter.latencySamples, reduction: limiter.takeReduction() };
}

type Piece = (n: number) => number;

/** Signals that are difficult for limiters: steps, single samples, bursts, the Nyquist frequency, noise of any level. */
const pieces = (draw: () => number): Record<string, Piece> => ({
  noise: () => 2 * draw() - 1,
  signs: () => (draw() < 0.5 ? -1 : 1),
  step: (n) => (n % 700 < 300 ? 0.001 : 1),
  impulses: (n) => (n % 311 === 0 ? 2 * draw() - 1 : 0.001 * Math.sin(n)),
  nyquist: (n) => (n % 2 === 0 ? 1 : -1),
  quarter: (n) => Math.sin((Math.PI / 2) * n + Math.PI / 4),
  bursts: (n) => (n % 400 < 150 ? 1 : 0.01) * Math.sin(2.6 * n),
  low: (n) => Math.sin(0.003 * n),
});

const programme = fc.record({
  seed: fc.integer({ min: 1, max: 1e9 }),
  parts: fc.array(
    fc.record({
      kind: fc.constantFrom(...Object.keys(pieces(() => 0))),
      levelDb: fc.integer({ min: -30, max: 120 }),
      samples: fc.integer({ min: 1, max: 1500 }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  ceilingDb: fc.integer({ min: -24, max: 0 }),
});

function build({
  seed,
  parts,
}: {
  seed: number;
  parts: { kind: string; levelDb: number; samples: number }[];
}) {
  const draw = random(seed);
  const kinds = pieces(draw);
  const values = parts.flatMap(({ kind, levelDb, samples }) => {
    const piece = kinds[kind];
    return Array.from({ length: samples }, (_, n) => (piece?.(n) ?? 0) * dbToGain(levelDb));
  });
  return Float32Array.from([...new Array<number>(200).fill(0), ...values, ...new Array<number>(300).fill(0)]);
}

describe('the ceiling', () => {
  test('is never exceeded by a sample, nor by a meter reading by BS.1770-4, for any input', () => {
    fc.assert(
      fc.property(programme, (made) => {
        const ceiling = dbToGain(made.ceilingDb);
        const output = limit([build(made)], ceiling).output[0] as Float32Array;
        expect(samplePeak(output)).toBeLessThanOrEqual(ceiling);
        expect(ituTruePeak(output)).toBeLessThanOrEqual(ceiling);
        // Near the Nyquist frequency a true peak depends on the interpolator: a much steeper one may read a little more.
        expect(sharpTruePeak(output)).toBeLessThanOrEqual(ceiling * dbToGain(1.5));
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  test('is not exceeded on a more exact meter for signals up to 20 kHz', () => {
    fc.assert(
      fc.property(programme, (made) => {
        const ceiling = dbToGain(made.ceilingDb);
        const input = lowPass(build(made), 20_000 / RATE);
        const output = limit([input], ceiling).output[0] as Float32Array;
        expect(sharpTruePeak(output)).toBeLessThanOrEqual(ceiling);
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  test.each([22_050, 44_100, 96_000, 192_000])('is not exceeded at %i Hz', (rate) => {
    const ceiling = dbToGain(-1);
    const input = lowPass(whiteNoise(6000, 20, 9), 0.42);
    const output = limit([input], ceiling, rate).output[0] as Float32Array;
    expect(sharpTruePeak(output)).toBeLessThanOrEqual(ceiling);
    expect(samplePeak(output)).toBeGreaterThan(0.8 * ceiling);
  });

  test('may change: each sample is below the ceiling of its own time', () => {
    const draw = random(11);
    const ceilings = new Float64Array(8000);
    for (let n = 0, level = 1; n < ceilings.length; n += 1) {
      if (n % 500 === 0) level = dbToGain(-24 * draw());
      ceilings[n] = level;
    }
    const { output, latency } = limit([whiteNoise(8000, 3, 12)], ceilings);
    const over = (output[0] as Float32Array).filter((y, n) => Math.abs(y) > (ceilings[n - latency] ?? 1));
    expect(over).toHaveLength(0);
  });

  test('is not exceeded where the input is not finite', () => {
    const input = sine(4000, 440, RATE, 0.5);
    input[1000] = NaN;
    input[1001] = Infinity;
    input[1002] = -Infinity;
    input[1003] = 3e38;
    const { output, latency } = limit([input], 0.9);
    const [result] = output as [Float32Array];
    expect(result.every(Number.isFinite)).toBe(true);
    expect(samplePeak(result)).toBeLessThanOrEqual(0.9);
    expect(result.subarray(100 + latency, 800 + latency)).toEqual(input.subarray(100, 800));
  });
});

test('a signal below the ceiling is output bit-identically after the latency', () => {
  const input = lowPass(whiteNoise(5000, 0.5, 21), 0.4);
  const { output, latency, reduction } = limit([input, sine(5000, 900, RATE, 0.6)], 0.9);
  expect(output[0]?.subarray(latency)).toEqual(input.subarray(0, 5000 - latency));
  expect(output[0]?.subarray(0, latency)).toEqual(new Float32Array(latency));
  expect(reduction).toBe(1);
});

test('both sides get the same gain', () => {
  const left = sine(6000, 700, RATE, 4);
  const right = left.map((sample) => sample * 0.25);
  const [a, b] = limit([left, right], 0.5).output as [Float32Array, Float32Array];
  const worst = a.reduce((error, sample, n) => Math.max(error, Math.abs(sample * 0.25 - (b[n] ?? 0))), 0);
  expect(samplePeak(a)).toBeGreaterThan(0.45);
  expect(worst).toBeLessThan(1e-6);
});

test('reports the least gain, and returns to unity after a peak', () => {
  const input = sine(2 * RATE, 300, RATE, 0.5);
  input[4000] = 10;
  const { output, latency, reduction } = limit([input], 1);
  expect(20 * Math.log10(reduction)).toBeCloseTo(-20.15, 1);
  const late = output[0]?.subarray(4000 + latency + RATE, 4000 + latency + RATE + 500);
  const dry = input.subarray(4000 + RATE, 4000 + RATE + 500);
  const worst = dry.reduce((error, sample, n) => Math.max(error, Math.abs(sample - (late?.[n] ?? 9))), 0);
  expect(worst).toBeLessThan(1e-4);
  // The gain falls before the peak, without a step.
  const gains = Array.from({ length: 200 }, (_, i) => {
    const n = 4000 - 100 + i;
    return Math.abs(input[n] ?? 0) > 0.05 ? (output[0]?.[n + latency] ?? 0) / (input[n] ?? 1) : NaN;
  });
  const steps = gains.map((gain, i) => Math.abs(gain - (gains[i + 1] ?? NaN))).filter((step) => step >= 0);
  expect(Math.max(...steps)).toBeLessThan(0.06);
});

test('the output does not depend on block sizes', () => {
  const input = whiteNoise(5000, 2, 31);
  const whole = limit([input], 0.7).output[0];
  const limiter = new Limiter(RATE, 1);
  const pieces: number[] = [];
  for (let at = 0, size = 1; at < 5000; at += size, size = (size * 7) % 613 || 1) {
    const part = input.slice(at, Math.min(5000, at + size));
    limiter.process([part], part.length, new Float64Array(part.length).fill(0.7));
    pieces.push(...part);
  }
  expect(Float32Array.from(pieces)).toEqual(whole);
});

test('reset clears the state', () => {
  const limiter = new Limiter(RATE, 1);
  const ceilings = new Float64Array(3000).fill(0.7);
  const first = whiteNoise(3000, 5, 41);
  limiter.process([first], 3000, ceilings);
  limiter.reset();
  const again = whiteNoise(3000, 5, 41);
  limiter.process([again], 3000, ceilings);
  expect(again).toEqual(first);
});

test('a burst is limited in the same way after a pause of any length', () => {
  const burst = whiteNoise(3000, 2, 5);
  const afterRest = (rest: number) => {
    const input = new Float32Array(3000 + rest + 6000);
    input.set(burst, 0);
    input.set(burst, 3000 + rest);
    return limit([input], 0.7).output[0]?.slice(3000 + rest) ?? new Float32Array(0);
  };
  // Long enough for the release of the first burst to end within a rounding error of one.
  const once = afterRest(200_000);
  expect(afterRest(200_001)).toEqual(once);
  expect(afterRest(333_333)).toEqual(once);
  expect(samplePeak(once)).toBeGreaterThan(0.5);
});
