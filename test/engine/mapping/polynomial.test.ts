import fc from 'fast-check';
import { compileMapping } from '../../../src/engine/mapping/evaluate.js';
import {
  affordableCrossDegree,
  fillTerms,
  polynomialTerms,
  termScales,
} from '../../../src/engine/mapping/polynomial.js';
import { MAX_TERMS, termCount } from '../../../src/document/regressor-sizes.js';
import { RidgeSolver } from '../../../src/engine/mapping/ridge.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { example, request } from './requests.js';

const ones = (count: number) => new Float64Array(count).fill(1);

test('ridge regression worked by hand: slope Σxy/(Σx² + ridge), constant at the mean', () => {
  // x = −1, 0, 1; y = 1, 2, 6: the mean is 3, Σxy = 5, Σx² = 2.
  const solver = new RidgeSolver(Float64Array.of(-1, 0, 1), 1, ones(3), 0.5);
  const [slope, constant] = solver.solve(Float64Array.of(1, 2, 6));
  expect(slope).toBeCloseTo(5 / 2.5, 9);
  expect(constant).toBeCloseTo(3, 9);
});

test('a weight acts like repetitions of a point', () => {
  // Once −1 → 0, three times 1 → 4 (weights 0.5 and 1.5 have mean 1): means x̄ = 0.5, ȳ = 3, slope exact at ridge 0.
  const solver = new RidgeSolver(Float64Array.of(-1, 1), 1, Float64Array.of(0.5, 1.5), 0.75);
  const [slope, constant] = solver.solve(Float64Array.of(0, 4));
  // Σw(x − x̄)² = 1.5, Σw(x − x̄)(y − ȳ) = 3: slope 3/(1.5 + 0.75).
  expect(slope).toBeCloseTo(4 / 3, 9);
  expect(constant).toBeCloseTo(3 - 4 / 6, 9);
});

test('with fewer examples than features the solution has the least norm', () => {
  // One difference along (1, 2): of all β with (2, 4)·β = 10, the shortest is (1, 2).
  const solver = new RidgeSolver(Float64Array.of(-1, -2, 1, 2), 2, ones(2), 0);
  const beta = solver.solve(Float64Array.of(-5, 5));
  expect(beta[0]).toBeCloseTo(1, 6);
  expect(beta[1]).toBeCloseTo(2, 6);
  expect(beta[2]).toBeCloseTo(0, 6);
});

test('both spaces give the solution of the normal equations', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.double({ min: 0.01, max: 10, noNaN: true }),
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 42, maxLength: 42 }),
      (points, features, ridge, numbers) => {
        const phi = Float64Array.from(numbers.slice(0, points * features));
        const y = Float64Array.from(numbers.slice(36, 36 + points));
        const beta = new RidgeSolver(phi, features, ones(points), ridge).solve(y);
        const miss = Array.from(
          { length: points },
          (_, i) =>
            beta[features]! +
            phi.slice(i * features, (i + 1) * features).reduce((s, v, k) => s + v * beta[k]!, 0) -
            y[i]!,
        );
        expect(Math.abs(miss.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-9);
        for (let k = 0; k < features; k++) {
          const pull = miss.reduce((sum, value, i) => sum + value * phi[i * features + k]!, ridge * beta[k]!);
          expect(Math.abs(pull)).toBeLessThan(1e-8);
        }
      },
    ),
  );
});

test('terms of two inputs up to degree 3, with and without products', () => {
  const values = (crossDegree: number) => {
    const terms = polynomialTerms(2, 3, crossDegree);
    const out = new Float64Array(terms.count);
    fillTerms(terms, Float64Array.of(2, 3), 0, out, 0);
    return [...out];
  };
  expect(values(3)).toEqual([2, 3, 4, 6, 9, 8, 12, 18, 27]);
  expect(values(2)).toEqual([2, 3, 4, 6, 9, 8, 27]);
  expect(values(1)).toEqual([2, 3, 4, 9, 8, 27]);
});

test('termCount predicts the number of terms, which is bounded', () => {
  for (let inputs = 1; inputs <= 16; inputs++) {
    for (let degree = 1; degree <= 5; degree++) {
      const cross = affordableCrossDegree(inputs, degree);
      const { count } = polynomialTerms(inputs, degree, cross);
      expect(count).toBe(termCount(inputs, degree, cross));
      expect(count).toBeLessThanOrEqual(MAX_TERMS);
      if (cross < degree) expect(termCount(inputs, degree, cross + 1)).toBeGreaterThan(MAX_TERMS);
    }
  }
});

test('squared scaled terms of a degree sum to a power of the squared distance, a quarter per degree', () => {
  for (const [inputs, degree] of [
    [1, 5],
    [2, 4],
    [4, 3],
  ] as const) {
    const terms = polynomialTerms(inputs, degree, degree);
    const scales = termScales(terms);
    const place = Float64Array.from({ length: inputs }, (_, k) => 0.3 + 0.4 * k);
    const values = new Float64Array(terms.count);
    fillTerms(terms, place, 0, values, 0);
    const sum = values.reduce((total, value, t) => total + (scales[t]! * value) ** 2, 0);
    const square = place.reduce((total, value) => total + value * value, 0);
    let expected = 0;
    for (let d = 1; d <= degree; d++) expected += square ** d / 4 ** (d - 1);
    expect(sum).toBeCloseTo(expected, 9);
  }
});

test('two examples give a moderate slope', () => {
  // Without scaled terms, cubic terms had as much weight as linear ones, and the map was three times as steep.
  const examples = [example([0.3, 0.3], [-2]), example([0.7, 0.6], [2])];
  const mapping = compileMapping(trainMapping(request(examples, 'polynomial')).trained);
  const out = new Float64Array(1);
  const at = (x: number, y: number) => {
    mapping.evaluate(Float64Array.of(x, y), out);
    return out[0]!;
  };
  let steepest = 0;
  for (let x = 0; x < 1; x += 0.01) {
    for (let y = 0; y <= 1; y += 0.05)
      steepest = Math.max(steepest, Math.abs(at(x + 0.01, y) - at(x, y)) / 0.01);
  }
  expect(steepest).toBeLessThan(8);
});

test('reproduces a plane through the examples, in latent units', () => {
  const plane = (x: number, y: number) => 3 * x - 2 * y + 0.5;
  const places = [
    [0, 0],
    [1, 0.2],
    [0.3, 0.9],
    [0.8, 0.7],
  ] as const;
  const examples = places.map(([x, y]) => example([x, y], [plane(x, y)]));
  const { trained, report } = trainMapping(request(examples, { kind: 'linear', ridge: 0 }));
  const out = new Float64Array(1);
  compileMapping(trained).evaluate(Float64Array.of(0.4, 0.4), out);
  expect(out[0]).toBeCloseTo(plane(0.4, 0.4), 5);
  expect(report.dimensions[0]!.errorRelative).toBeLessThan(1e-6);
});

test('products of inputs need cross terms', () => {
  const corners = [0, 0.5, 1].flatMap((x) =>
    [0, 0.5, 1].map((y) => example([x, y], [(x - 0.5) * (y - 0.5)])),
  );
  const error = (crossTerms: boolean) =>
    trainMapping(request(corners, { kind: 'polynomial', degree: 2, crossTerms, ridge: 0 })).report
      .dimensions[0]!.errorRelative;
  expect(error(true)).toBeLessThan(1e-5);
  expect(error(false)).toBeCloseTo(1, 3);
});

test.each(['linear', 'polynomial'] as const)(
  '%s without ridge gives the mean where every input is constant',
  (kind) => {
    const settings = kind === 'linear' ? { kind, ridge: 0 } : { kind, degree: 5, crossTerms: true, ridge: 0 };
    // Too far apart for one point, too close for an input that is not constant.
    const examples = [0, 2].map((i) => example([0.5 + i * 2e-6, 0.5, 1], [i, -i]));
    const { trained, report } = trainMapping(request(examples, settings));
    const out = new Float64Array(2);
    compileMapping(trained).evaluate(Float64Array.of(0.1, 0.9, 0.2), out);
    expect(out[0]).toBeCloseTo(1, 6);
    expect(out[1]).toBeCloseTo(-1, 6);
    expect(report.dimensions[0]?.errorRelative).toBeCloseTo(1, 6);
  },
);
