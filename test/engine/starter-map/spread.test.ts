import fc from 'fast-check';
import { Random } from '../../../src/engine/mapping/random.js';
import { meanNearest, spreadOfDraws, spreadPoints } from '../../../src/engine/starter-map/spread.js';

const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })), {
  minLength: 2,
  maxLength: 30,
});

describe('a spread-out choice', () => {
  it('takes each point once, and as many as there are', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 12 }), (places, count) => {
        const distance = (a: number, b: number) =>
          Math.hypot(
            (places[a]?.[0] ?? 0) - (places[b]?.[0] ?? 0),
            (places[a]?.[1] ?? 0) - (places[b]?.[1] ?? 0),
          );
        const chosen = spreadPoints(places.length, count, distance);
        expect(new Set(chosen).size).toBe(Math.min(count, places.length));
        expect(chosen.every((index) => index >= 0 && index < places.length)).toBe(true);
      }),
    );
  });

  it('takes the corners of a square of points', () => {
    const side = 5;
    const at = (i: number) => [i % side, Math.floor(i / side)] as const;
    const distance = (a: number, b: number) => Math.hypot(at(a)[0] - at(b)[0], at(a)[1] - at(b)[1]);
    expect(spreadPoints(side * side, 4, distance).sort((a, b) => a - b)).toEqual([0, 4, 20, 24]);
  });

  it('measures the mean distance to the nearest', () => {
    expect(meanNearest([0, 1, 5], (a, b) => Math.abs(a - b))).toBe((1 + 1 + 4) / 3);
    expect(meanNearest([3], () => 1)).toBe(0);
  });

  it('measures that of draws, of sets of different points', () => {
    const apart = (a: number, b: number) => (a === b ? NaN : 3);
    expect(spreadOfDraws(8, 5, apart, new Random(1))).toBe(3);
    // Of four points on a line, two lie 1, 1, 1, 2, 2 or 3 apart.
    const onLine = (a: number, b: number) => Math.abs(a - b);
    expect(spreadOfDraws(4, 2, onLine, new Random(1))).toBeCloseTo(10 / 6, 0);
    expect(spreadOfDraws(4, 5, onLine, new Random(1))).toBe(0);
  });
});
