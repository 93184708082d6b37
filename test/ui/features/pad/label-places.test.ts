import fc from 'fast-check';
import { placeLabels } from '../../../../src/ui/features/pad/label-places.js';

const WIDTH = 400;
const label = (x: number, y: number, always = false, width = 60) => ({ x, y, away: 12, width, always });

describe('the labels of the examples', () => {
  it('are on the right of their dots, and on the left where the right has no room', () => {
    expect(placeLabels([label(100, 50), label(380, 50)], WIDTH)).toEqual(['right', 'left']);
    // Beyond the first one's text.
    expect(placeLabels([label(100, 50), label(170, 55)], WIDTH)).toEqual(['right', 'right']);
    expect(placeLabels([label(200, 50), label(195, 55)], WIDTH)).toEqual(['right', 'left']);
  });

  it('are left out where neither side has room, but for those that are always shown', () => {
    const three = [label(200, 50), label(200, 55), label(200, 52)];
    expect(placeLabels(three, WIDTH)).toEqual(['right', 'left', null]);
    const [first, second] = three;
    if (first === undefined || second === undefined) throw new Error('no labels');
    expect(placeLabels([first, second, label(200, 52, true)], WIDTH)).toEqual(['left', null, 'right']);
  });

  it('never overlap, nor go beyond the pad', () => {
    const one = fc.record({
      x: fc.double({ min: 0, max: WIDTH, noNaN: true }),
      y: fc.double({ min: 0, max: 300, noNaN: true }),
      width: fc.double({ min: 5, max: 150, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 60 }), (places) => {
        const labels = places.map(({ x, y, width }) => label(x, y, false, width));
        const boxes = placeLabels(labels, WIDTH).flatMap((side, i) => {
          const { x, y, away, width } = labels[i] ?? label(0, 0);
          if (side === null) return [];
          const left = side === 'right' ? x + away : x - away - width;
          return [{ left, right: left + width, y }];
        });
        if (labels.length > 0) expect(boxes.length).toBeGreaterThan(0);
        boxes.forEach((a, i) => {
          expect(a.left).toBeGreaterThanOrEqual(0);
          expect(a.right).toBeLessThanOrEqual(WIDTH);
          for (const b of boxes.slice(0, i))
            expect(Math.abs(a.y - b.y) >= 13 || a.left >= b.right || b.left >= a.right).toBe(true);
        });
      }),
    );
  });
});
