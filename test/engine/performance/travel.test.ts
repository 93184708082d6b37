import fc from 'fast-check';
import { shapeTravel } from '../../../src/engine/performance/travel.js';

const straight = { range: [0, 1] as [number, number], curve: 0, inverted: false };

describe('shapeTravel', () => {
  it('starts slowly with a positive curve and fast with a negative one', () => {
    expect(shapeTravel({ ...straight, curve: 1 }, 0.5)).toBeCloseTo(0.125, 12);
    expect(shapeTravel({ ...straight, curve: -1 }, 0.125)).toBeCloseTo(0.5, 12);
  });

  it('meets both ends of its range and never leaves it', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        unit,
        unit,
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.boolean(),
        fc.double(),
        (a, b, curve, inverted, raw) => {
          const range: [number, number] = [Math.min(a, b), Math.max(a, b)];
          const at = (value: number) => shapeTravel({ range, curve, inverted }, value);
          expect(at(inverted ? 1 : 0)).toBe(range[0]);
          expect(at(inverted ? 0 : 1)).toBeCloseTo(range[1], 12);
          expect(at(raw)).toBeGreaterThanOrEqual(range[0]);
          expect(at(raw)).toBeLessThanOrEqual(range[1] + 1e-12);
        },
      ),
    );
  });
});
