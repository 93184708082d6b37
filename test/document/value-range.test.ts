import fc from 'fast-check';
import { inputValueOf, sourceValueOf } from '../../src/document/value-range.js';

const straight = { range: [0, 1] as [number, number], curve: 0, inverted: false };

describe('inputValueOf', () => {
  it('starts slowly with a positive curve and fast with a negative one', () => {
    expect(inputValueOf({ ...straight, curve: 1 }, 0.5)).toBeCloseTo(0.125, 12);
    expect(inputValueOf({ ...straight, curve: -1 }, 0.125)).toBeCloseTo(0.5, 12);
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
          const at = (value: number) => inputValueOf({ range, curve, inverted }, value);
          expect(at(inverted ? 1 : 0)).toBe(range[0]);
          expect(at(inverted ? 0 : 1)).toBeCloseTo(range[1], 12);
          expect(at(raw)).toBeGreaterThanOrEqual(range[0]);
          expect(at(raw)).toBeLessThanOrEqual(range[1] + 1e-12);
        },
      ),
    );
  });
});

test('sourceValueOf finds the position of every value in the range, and the nearest end of others', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.double({ min: 0.51, max: 1, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.boolean(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (low, high, curve, inverted, value) => {
        const input = { range: [low, high] as [number, number], curve, inverted };
        const position = sourceValueOf(input, value);
        expect(position).toBeGreaterThanOrEqual(0);
        expect(position).toBeLessThanOrEqual(1);
        // A position near 1 is exact to 1.1e-16 only, of which a cube root (the steepest curve, inverted) makes 4.8e-6.
        expect(inputValueOf(input, position)).toBeCloseTo(Math.min(high, Math.max(low, value)), 5);
      },
    ),
  );
  expect(sourceValueOf({ ...straight, range: [0.5, 0.5] }, 0.7)).toBe(0);
});
