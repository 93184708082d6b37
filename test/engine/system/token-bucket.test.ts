import fc from 'fast-check';
import { TokenBucket } from '../../../src/engine/system/token-bucket.js';

describe('a token bucket', () => {
  it('lets through no more than its rate over any span, beyond one burst', () => {
    const steps = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { maxLength: 400 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), steps, (perSecond, waits) => {
        const bucket = new TokenBucket(perSecond);
        let now = 1000;
        let taken = 0;
        for (const wait of waits) {
          now += wait;
          if (bucket.take(now)) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual((perSecond * (now - 1000)) / 1000 + 2 * perSecond + 1e-6);
      }),
    );
  });

  it('never refuses what comes at its rate', () => {
    const bucket = new TokenBucket(100);
    for (let i = 0; i < 5000; i += 1) expect(bucket.take(i * 10)).toBe(true);
  });

  it('refuses nothing without a bound', () => {
    const bucket = new TokenBucket(Infinity);
    for (let i = 0; i < 10_000; i += 1) expect(bucket.take(0)).toBe(true);
  });
});
