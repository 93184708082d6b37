import { contour } from '../../../../src/ui/features/pad/contours.js';

const lines = (plane: number[], width: number, height: number, level: number, known?: number[]) => {
  const found: number[][] = [];
  const mask = known === undefined ? null : Uint8Array.from(known);
  contour(Uint8Array.from(plane), width, height, level, mask, (...line) => found.push(line));
  return found;
};

describe('contour', () => {
  it('crosses a slope at the level, interpolated between the samples', () => {
    // 0 to 200 from left to right: 50 lies at a quarter.
    const found = lines([0, 200, 0, 200], 2, 2, 50);
    expect(found).toHaveLength(1);
    expect(found[0]?.[0]).toBeCloseTo(0.25);
    expect(found[0]?.[2]).toBeCloseTo(0.25);
    expect([found[0]?.[1], found[0]?.[3]].sort()).toEqual([0, 1]);
  });

  it('closes around a hill', () => {
    const found = lines([0, 0, 0, 0, 100, 0, 0, 0, 0], 3, 3, 50);
    expect(found).toHaveLength(4);
    const ends = found.flatMap(([x0, y0, x1, y1]) => [`${x0},${y0}`, `${x1},${y1}`]);
    for (const end of new Set(ends)) expect(ends.filter((other) => other === end)).toHaveLength(2);
  });

  it('leaves out cells with an unknown sample', () => {
    expect(lines([0, 0, 0, 0, 100, 0, 0, 0, 0], 3, 3, 50, [0, 1, 1, 1, 1, 1, 1, 1, 1])).toHaveLength(3);
  });

  it('draws nothing where the level does not occur', () => {
    expect(lines([10, 20, 30, 40], 2, 2, 50)).toEqual([]);
    expect(lines([60, 70, 80, 90], 2, 2, 50)).toEqual([]);
  });
});
