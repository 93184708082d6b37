import fc from 'fast-check';
import { TapTempo } from '../../../src/engine/time/tap-tempo.js';

const tapAt = (...times: number[]) => {
  const taps = new TapTempo();
  return times.map((time) => taps.tap(time));
};

describe('tapping a tempo', () => {
  it('needs two taps, and counts the beats from the first one', () => {
    expect(tapAt(1000, 1500, 2000)).toEqual([null, { tempo: 120, beat: 1 }, { tempo: 120, beat: 2 }]);
  });

  it('begins again after a pause, and where the taps get much faster or slower', () => {
    expect(tapAt(0, 500, 3100, 3700).at(-1)).toEqual({ tempo: 100, beat: 1 });
    expect(tapAt(0, 500, 1000, 1250).at(-1)).toEqual({ tempo: 240, beat: 1 });
    expect(tapAt(0, 500, 1000, 2000, 3000).at(-1)).toEqual({ tempo: 60, beat: 2 });
  });

  it('gives no tempo outside its range', () => {
    expect(tapAt(0, 10)).toEqual([null, null]);
    expect(tapAt(0, 0)).toEqual([null, null]);
  });

  it('averages unsteady taps: 20 ms of jitter change 120 by less than 1.5 over eight taps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 8, maxLength: 20 }),
        (jitter) => {
          const last = tapAt(...jitter.map((late, i) => 500 * i + late)).at(-1);
          expect(Math.abs((last?.tempo ?? 0) - 120)).toBeLessThan(1.5);
          expect(last?.beat).toBe(jitter.length - 1);
        },
      ),
    );
  });
});
