import fc from 'fast-check';
import { TillerError } from '../../../src/document/tiller-error.js';
import { compileMapping, OVERSHOOT } from '../../../src/engine/mapping/evaluate.js';
import type { RegressorSettings } from '../../../src/document/learning.js';
import { defaultRegressor } from '../../../src/document/default-learning.js';
import type { TrainingResult } from '../../../src/engine/mapping/train.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { trainedMappingSchema } from '../../../src/document/trained.js';
import { example, KINDS, learnWith, request, scattered } from './requests.js';

function play({ trained }: Pick<TrainingResult, 'trained'>, ...inputs: number[]): number[] {
  const mapping = compileMapping(trained);
  const out = new Float64Array(mapping.latents);
  mapping.evaluate(Float64Array.from(inputs), out);
  return [...out];
}

describe.each(KINDS)('%s', (kind) => {
  test('no examples, or none enabled: nothing is mapped', () => {
    const off = [example([0.1, 0.2], [1, 2, 3], { enabled: false })];
    for (const examples of [[], off]) {
      const result = trainMapping({ ...request(examples, kind), inputCount: 2, latentCount: 3 });
      expect(result.trained.dimensions).toEqual([{ kind: 'none' }, { kind: 'none' }, { kind: 'none' }]);
      expect(play(result, 0.5, 0.5)).toEqual([NaN, NaN, NaN]);
      expect(result.report.dimensions[0]).toMatchObject({ errorRelative: 0, worst: null });
    }
  });

  test('one example: its latents everywhere', () => {
    const result = trainMapping(request([example([0.3, 0.9], [1.5, -2])], kind));
    expect(play(result, 0.3, 0.9)).toEqual([1.5, -2]);
    expect(play(result, 1, 0)).toEqual([1.5, -2]);
    expect(result.report.dimensions.map(({ errorRelative }) => errorRelative)).toEqual([0, 0]);
  });

  test('a duplicate changes only the weight of its point', () => {
    const examples = scattered(6, 2, 2, 'smooth');
    const doubled = [...examples, { ...examples[2]!, id: 'again', weight: 1 }];
    const heavy = examples.map((one, i) => (i === 2 ? { ...one, weight: 2 } : one));
    const result = trainMapping(request(doubled, kind));
    expect(result.report.contradictions).toEqual([]);
    expect(result.trained.dimensions.map(({ kind: learned }) => learned)).toEqual([kind, kind]);
    expect(play(result, 0.4, 0.4)).toEqual(play(trainMapping(request(heavy, kind)), 0.4, 0.4));
  });

  test('contradicting examples give their weighted mean, and are reported', () => {
    const examples = [
      example([0.2], [0, 7]),
      example([0.5], [1, 5], { id: 'low', weight: 1 }),
      example([0.5], [5, 5], { id: 'high', weight: 3 }),
      example([0.9], [8, 6]),
    ];
    const result = trainMapping(request(examples, kind));
    expect(result.report.contradictions).toEqual([
      { exampleIds: ['low', 'high'], dimensions: [0], spread: 4 },
    ]);
    if (kind !== 'linear') expect(play(result, 0.5)[0]).toBeCloseTo(4, 1);
    expect(result.report.dimensions[0]!.errorRelative).toBeGreaterThan(0.3);
    expect(result.report.dimensions[0]!.worst?.exampleId).toBe('low');
    expect(result.report.examples.map(({ exampleId }) => exampleId)).toContain('low');
  });

  test('an input that is constant in the examples has no effect', () => {
    const examples = [0, 0.4, 1].map((x) => example([x, 0.3], [4 * x * x - 1]));
    const result = trainMapping(request(examples, kind));
    expect(play(result, 0.7, 1)).toEqual(play(result, 0.7, 0));
    expect(play(result, 0.7, 0.3)).not.toEqual(play(result, 0.1, 0.3));
  });

  test('equal latents give exactly a constant', () => {
    const examples = [0, 0.4, 1].map((x) => example([x], [0.75, x]));
    const result = trainMapping(request(examples, kind));
    expect(result.trained.dimensions[0]).toEqual({ kind: 'constant', value: 0.75, errorRelative: 0 });
    expect(play(result, 0.123)[0]).toBe(0.75);
    expect(result.trained.dimensions[1]!.kind).toBe(kind);
  });

  test('fewer examples than unknowns: two examples of 16 inputs are fitted', () => {
    const inputs = (value: number) => Array.from({ length: 16 }, (_, k) => (k % 2 === 0 ? value : 1 - value));
    const result = trainMapping(request([example(inputs(0.1), [-1]), example(inputs(0.8), [2])], kind));
    expect(play(result, ...inputs(0.1))[0]).toBeCloseTo(-1, 1);
    expect(play(result, ...inputs(0.8))[0]).toBeCloseTo(2, 1);
    expect(Number.isFinite(play(result, ...inputs(0))[0])).toBe(true);
  });

  test('a disabled example has no effect', () => {
    const examples = scattered(7, 2, 2, 'smooth');
    const off = [...examples, { ...example([0.5, 0.5], [30, -30]), enabled: false }];
    expect(trainMapping(request(off, kind)).trained).toEqual(trainMapping(request(examples, kind)).trained);
  });

  test('a mapping read back from JSON gives the same bits', () => {
    const result = trainMapping(request(scattered(15, 3, 4, 'smooth'), kind));
    const parsed = trainedMappingSchema.parse(JSON.parse(JSON.stringify(result.trained)));
    expect(parsed).toEqual(result.trained);
    expect(play({ trained: parsed }, 0.2, 0.6, 0.9)).toEqual(play(result, 0.2, 0.6, 0.9));
  });

  test('for any examples, every value is finite and exceeds their range by at most a quarter', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const latent = fc.double({ min: -1000, max: 1000, noNaN: true });
    const examples = fc.array(
      fc.record({
        inputs: fc.tuple(unit, unit),
        latents: fc.tuple(latent),
        weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(
        examples,
        fc.array(fc.tuple(unit, unit), { minLength: 5, maxLength: 5 }),
        (list, places) => {
          const made = list.map(({ inputs, latents, weight }) => example(inputs, latents, { weight }));
          const { trained, report } = trainMapping(request(made, kind));
          trainedMappingSchema.parse(trained);
          const latents = list.map(({ latents: [value] }) => value);
          const [low, high] = [Math.min(...latents), Math.max(...latents)];
          const slack = OVERSHOOT * (high - low) + 1e-3;
          for (const place of [...places, ...made.map(({ inputs }) => inputs)]) {
            const value = play({ trained }, ...place)[0]!;
            expect(value).toBeGreaterThanOrEqual(low - slack);
            expect(value).toBeLessThanOrEqual(high + slack);
          }
          expect(Number.isFinite(report.dimensions[0]!.errorRelative)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('inputs outside 0..1 are clamped, NaN is 0.5', () => {
    const result = trainMapping(request(scattered(9, 2, 2, 'smooth'), kind));
    expect(play(result, 7, -3)).toEqual(play(result, 1, 0));
    expect(play(result, NaN, Infinity)).toEqual(play(result, 0.5, 1));
    expect(play(result, -Infinity, 0.2)).toEqual(play(result, 0, 0.2));
  });
});

test.each(KINDS)(
  '%s gives bounded values for contradicting examples that are almost at one point',
  (kind) => {
    const examples = [
      example([0.5, 0.1], [-1000]),
      example([0.5 + 3e-6, 0.1], [1000]),
      example([0.5, 0.1 + 3e-6], [300]),
      example([0.9, 0.9], [0]),
    ];
    const settings = kind === 'gp' ? ({ kind, lengthScale: 100, noise: 0 } as const) : defaultRegressor(kind);
    const result = trainMapping(request(examples, settings));
    expect(trainedMappingSchema.safeParse(result.trained).success).toBe(true);
    for (const x of [0, 0.3, 0.5, 0.500001, 1]) {
      expect(Math.abs(play(result, x, 0.1)[0]!)).toBeLessThanOrEqual(1000 + OVERSHOOT * 2000);
    }
  },
);

test.each(['mlp', 'gp', 'knn'] as const)('%s: examples almost in a row are treated as a row', (kind) => {
  // The range of y, a hundredth, was normalised to full scale, and beside the row y alone determined the result.
  const wave = (x: number) => Math.sin(4 * x);
  const offsets = [0.004, -0.005, 0.001, 0.005, -0.002, 0.003, -0.004, 0];
  const examples = offsets.map((y, i) => example([i / 7, 0.5 + y], [wave(i / 7)]));
  const result = trainMapping(request(examples, kind));
  for (const x of [0.2, 0.5, 0.8]) {
    for (const y of [0.4, 0.6]) expect(Math.abs(play(result, x, y)[0]! - wave(x))).toBeLessThan(0.4);
  }
});

test('an input is normalised by its own range, but by at least a quarter of the widest', () => {
  const scaleOf = (range: number) =>
    trainMapping(request([example([0.1, 0.2], [0]), example([0.9, 0.2 + range], [1])], 'gp')).trained.scale;
  expect(scaleOf(0.2)[1]).toBeCloseTo(2 / 0.2, 4);
  expect(scaleOf(0.1)[1]).toBeCloseTo(2 / 0.2, 4);
  expect(scaleOf(0.1)[0]).toBeCloseTo(2 / 0.8, 4);
  expect(scaleOf(0)[1]).toBe(0);
});

test('each dimension is trained with its own settings', () => {
  const kinds = ['gp', 'linear', 'polynomial', 'knn', 'mlp'] as const;
  const mixed = request(scattered(12, 2, 6, 'smooth'), 'mlp');
  kinds.forEach((kind, d) => (mixed.learning.perDimension[String(d)] = defaultRegressor(kind)));
  const result = trainMapping(mixed);
  expect(result.trained.dimensions.map(({ kind }) => kind)).toEqual([...kinds, 'mlp']);
  kinds.forEach((kind, d) => {
    const alone = trainMapping({ ...mixed, learning: learnWith(kind) });
    expect(play(result, 0.3, 0.8)[d]).toBe(play(alone, 0.3, 0.8)[d]);
  });
});

test('the report gives errors of the mapping’s output, worked by hand', () => {
  // With so strong a ridge the line is almost constant at the mean, 2: errors 2, 1 and 3, standard deviation √14/√3.
  const examples = [
    example([0], [0], { id: 'a' }),
    example([0.5], [1], { id: 'b' }),
    example([1], [5], { id: 'c' }),
  ];
  const settings = { kind: 'linear', ridge: 100 } as const;
  const { report, trained } = trainMapping(request(examples, settings));
  const slope = 5 / (2 + 100);
  const misses = [2 - slope, 1, -3 + slope];
  const spread = Math.sqrt(14 / 3);
  const [dimension] = report.dimensions;
  expect(dimension!.errorRelative).toBeCloseTo(Math.hypot(...misses) / Math.sqrt(3) / spread, 5);
  expect(dimension!.worst).toMatchObject({ exampleId: 'c', miss: expect.closeTo(-3 + slope, 5) as number });
  expect(report.examples.map(({ exampleId }) => exampleId)).toEqual(['a', 'b', 'c']);
  expect(report.examples[1]!.missRelative).toBeCloseTo(1 / spread, 5);
  expect(trained.dimensions[0]).toMatchObject({ errorRelative: dimension!.errorRelative });
});

test('progress counts every dimension once', () => {
  const seen: [number, number][] = [];
  trainMapping(request(scattered(5, 1, 4, 'smooth'), 'mlp'), { onProgress: (...step) => seen.push(step) });
  expect(seen).toEqual([
    [1, 4],
    [2, 4],
    [3, 4],
    [4, 4],
  ]);
});

test('stops between iterations', () => {
  let calls = 0;
  const stopping = () =>
    trainMapping(request(scattered(24, 2, 8, 'random'), 'mlp'), { shouldStop: () => ++calls > 10 });
  expect(stopping).toThrow(expect.objectContaining({ code: 'training-cancelled' }) as Error);
  expect(calls).toBe(11);
});

test.each<RegressorSettings>([
  { kind: 'gp', lengthScale: 0.5, noise: 0 },
  { kind: 'mlp', hidden: [64, 64], activation: 'tanh', weightDecay: 0, seed: 1 },
])('$kind: stops within one large system', (settings) => {
  // Three calls come before the first system of 200 equations; its solution makes three more.
  const stack: string[] = [];
  const stopping = () =>
    trainMapping(request(scattered(200, 2, 1, 'random'), settings), {
      shouldStop: () => stack.push(new Error().stack ?? '') >= 6,
    });
  expect(stopping).toThrow(expect.objectContaining({ code: 'training-cancelled' }) as Error);
  expect(stack.slice(3, 6).filter((at) => at.includes('cholesky')).length).toBeGreaterThan(1);
});

test('an example of the wrong size is refused with its label', () => {
  const examples = [example([0.5], [1, 2]), example([0.5, 0.5], [1, 2], { label: 'odd one' })];
  expect(() => trainMapping({ ...request(examples, 'gp'), inputCount: 1 })).toThrow(TillerError);
  expect(() => trainMapping({ ...request(examples, 'gp'), inputCount: 1 })).toThrow(/odd one.*2 inputs.*1/);
  const disabled = examples.map((one, i) => (i === 1 ? { ...one, enabled: false } : one));
  expect(() => trainMapping({ ...request(disabled, 'gp'), inputCount: 1 })).not.toThrow();
});
