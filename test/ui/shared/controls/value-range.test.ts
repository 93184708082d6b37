import fc from 'fast-check';
import { fromPosition, toPosition } from '../../../../src/ui/shared/controls/value-range.js';

describe('the position of a value on a control', () => {
  it('is converted back to the value for every skew', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.double({ min: 0.15, max: 1, noNaN: true }),
        (position, skew) => {
          const range = { min: -12, max: 30, skew };
          expect(toPosition(range, fromPosition(range, position))).toBeCloseTo(position, 5);
        },
      ),
    );
  });

  it('is clamped to the ends', () => {
    expect(fromPosition({ min: 0, max: 2 }, 7)).toBe(2);
    expect(toPosition({ min: 0, max: 2 }, -7)).toBe(0);
    expect(toPosition({ min: 3, max: 3 }, 3)).toBe(0);
  });
});
