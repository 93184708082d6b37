import fc from 'fast-check';
import { HeardRange, type RangeRule } from '../../../src/engine/follow/heard-range.js';

const FRAMES_PER_SECOND = 50;
const rule: RangeRule = {
  ...{ low: -70, high: 0, lowShare: 0.1, highShare: 0.9, leastSpan: 6, usual: [-40, -10] },
};
const STEP = 70 / 128;

/** The range after these values. */
function heard(values: readonly number[], change: Partial<RangeRule> = {}): [low: number, high: number] {
  const range = new HeardRange({ ...rule, ...change }, FRAMES_PER_SECOND);
  for (const value of values) range.add(value);
  return [range.low, range.high];
}

const value = fc.double({ min: -100, max: 20, noNaN: true });

describe('the range of what was heard', () => {
  it('lies at the quantiles of the last seconds, to a step of its scale', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 200, maxLength: 1500 }), (values) => {
        const sorted = values
          .slice(-20 * FRAMES_PER_SECOND)
          .map((one) => Math.min(0, Math.max(-70, one)))
          .sort((a, b) => a - b);
        const quantile = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
        const [low, high] = heard(values, { leastSpan: 1e-9 });
        expect(Math.abs(low - quantile(0.1))).toBeLessThanOrEqual(STEP);
        expect(Math.abs(high - quantile(0.9))).toBeLessThanOrEqual(STEP);
      }),
      { numRuns: 50 },
    );
  });

  it('forgets what is older, so that it becomes the same wherever it began', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1000, maxLength: 1000 }),
        fc.array(value, { maxLength: 700 }),
        (last, before) => {
          const [low, high] = heard([...before, ...last]);
          expect([low, high]).toEqual(heard(last));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('begins as the usual one, and is all its own after two seconds', () => {
    expect(heard([])).toEqual([-40, -10]);
    const after = (frames: number) => heard(new Array<number>(frames).fill(-60))[1];
    expect(after(50)).toBeCloseTo((-10 + after(100)) / 2, 1);
    expect(Math.abs(after(100) - -57)).toBeLessThan(STEP);
  });

  it('is no narrower than its least span, within the scale', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 300 }), (one, count) => {
        const [low, high] = heard(new Array<number>(count).fill(one));
        expect(high - low).toBeGreaterThanOrEqual(rule.leastSpan - 1e-9);
        expect(low).toBeGreaterThanOrEqual(-70);
        expect(high).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('starts over', () => {
    const range = new HeardRange(rule, FRAMES_PER_SECOND);
    for (let i = 0; i < 777; i += 1) range.add(-i % 70);
    range.reset();
    expect([range.low, range.high]).toEqual([-40, -10]);
    for (let i = 0; i < 300; i += 1) range.add(-i % 50);
    expect([range.low, range.high]).toEqual(heard(Array.from({ length: 300 }, (_, i) => -i % 50)));
  });
});
