import fc from 'fast-check';
import { compileMapping } from '../../../src/engine/mapping/evaluate.js';
import { Neighbours } from '../../../src/engine/mapping/neighbours.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { example, request, scattered } from './requests.js';

const even = (count: number) => new Float64Array(count).fill(1);

test('weights worked by hand: inverse distance with all points, modified Shepard with some', () => {
  const all = new Neighbours(3, 3, 2);
  all.find(Float64Array.of(1, 4, 16), even(3));
  // 1, 1/4, 1/16
  expect([...all.shares]).toEqual(
    [16 / 21, 4 / 21, 1 / 21].map((share) => expect.closeTo(share, 12) as number),
  );

  const two = new Neighbours(3, 2, 1);
  two.find(Float64Array.of(4, 16, 1), even(3));
  // R = 4: (4 − 1)/4 and (4 − 2)/8
  expect([...two.indices]).toEqual([2, 0]);
  expect([...two.shares]).toEqual([0.75, 0.25].map((share) => expect.closeTo(share, 12) as number));
});

test('falloff 0 is the weighted mean of the neighbours', () => {
  const neighbours = new Neighbours(4, 2, 0);
  neighbours.find(Float64Array.of(9, 1, 4, 25), Float64Array.of(1, 3, 1, 1));
  expect([...neighbours.indices]).toEqual([1, 2]);
  expect([...neighbours.shares]).toEqual([0.75, 0.25]);
});

test('finds the nearest points in order, with weights that sum to 1', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 32 }),
      fc.double({ min: 0, max: 8, noNaN: true }),
      (squared, k, falloff) => {
        const neighbours = new Neighbours(squared.length, k, falloff);
        neighbours.find(Float64Array.from(squared), even(squared.length));
        const nearest = [...squared].sort((a, b) => a - b).slice(0, k);
        expect([...neighbours.indices].map((index) => squared[index])).toEqual(nearest);
        expect(neighbours.shares.every((share) => share >= 0 && share <= 1 + 1e-12)).toBe(true);
        expect(neighbours.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      },
    ),
  );
});

test('is exact at the examples with any falloff above 0', () => {
  const examples = scattered(30, 4, 3, 'random');
  for (const falloff of [0.5, 2, 8]) {
    const { report } = trainMapping(request(examples, { kind: 'knn', k: 5, falloff }));
    for (const { errorRelative } of report.dimensions) expect(errorRelative).toBeLessThan(1e-6);
  }
});

test('the output is continuous where a neighbour is replaced', () => {
  const mapping = compileMapping(
    trainMapping(request(scattered(20, 2, 1, 'random'), { kind: 'knn', k: 3, falloff: 2 })).trained,
  );
  const out = new Float64Array(1);
  const at = (t: number) => {
    mapping.evaluate(Float64Array.of(t, 0.9 - 0.8 * t), out);
    return out[0]!;
  };
  const steps = 200_000;
  let widest = 0;
  for (let i = 1; i <= steps; i++) widest = Math.max(widest, Math.abs(at(i / steps) - at((i - 1) / steps)));
  expect(widest).toBeLessThan(0.005);
});

test('a single neighbour gives its latent', () => {
  const mapping = compileMapping(
    trainMapping(request([example([0], [1]), example([1], [3])], { kind: 'knn', k: 1, falloff: 2 })).trained,
  );
  const out = new Float64Array(1);
  mapping.evaluate(Float64Array.of(0.4), out);
  expect(out[0]).toBe(1);
  mapping.evaluate(Float64Array.of(0.5), out);
  expect([1, 3]).toContain(out[0]);
});
