import { compileMapping } from '../../../src/engine/mapping/evaluate.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { example, request, scattered } from './requests.js';

function play(trained: Parameters<typeof compileMapping>[0], x: number) {
  const mapping = compileMapping(trained);
  const [mean, deviation] = [new Float64Array(mapping.latents), new Float64Array(mapping.latents)];
  mapping.evaluate(Float64Array.of(x), mean);
  mapping.deviation(Float64Array.of(x), deviation);
  return { mean: mean[0]!, deviation: deviation[0]! };
}

test('two points on paper: posterior mean and deviation', () => {
  // Inputs 0 and 1 become −1 and 1; length scale 2 gives ρ = exp(−4/8). Latents ∓1: mean 0, α = ±1/(1 − ρ) …
  const rho = Math.exp(-0.5);
  const { trained } = trainMapping(
    request([example([0], [-1]), example([1], [1])], { kind: 'gp', lengthScale: 2, noise: 0 }),
  );
  // … so at input 0.75 (0.5 inside), with distances 1.5 and 0.5:
  const near = Math.exp(-(0.5 ** 2) / 8);
  const far = Math.exp(-(1.5 ** 2) / 8);
  const variance = 1 / (1 - rho);
  const reduction = (near * near + far * far - 2 * rho * near * far) / (1 - rho * rho);
  const { mean, deviation } = play(trained, 0.75);
  expect(mean).toBeCloseTo((near - far) / (1 - rho), 6);
  expect(deviation).toBeCloseTo(Math.sqrt(variance * (1 - reduction)), 5);
});

test('noise on paper: the mean is pulled back, the deviation stays above 0', () => {
  const rho = Math.exp(-0.5);
  const noise = 0.5;
  const { trained } = trainMapping(
    request([example([0], [-1]), example([1], [1])], { kind: 'gp', lengthScale: 2, noise }),
  );
  const { mean, deviation } = play(trained, 1);
  expect(mean).toBeCloseTo((1 - rho) / (1 - rho + noise ** 2), 6);
  const diagonal = 1 + noise ** 2;
  const reduction = (diagonal * (1 + rho ** 2) - 2 * rho * rho) / (diagonal ** 2 - rho ** 2);
  expect(deviation).toBeCloseTo(Math.sqrt((1 - reduction) / (1 - rho + noise ** 2)), 5);
});

test('passes through every example, sure there and unsure elsewhere', () => {
  const examples = scattered(40, 3, 6, 'smooth');
  const { trained, report } = trainMapping(request(examples, 'gp'));
  for (const { errorRelative } of report.dimensions) expect(errorRelative).toBeLessThan(1e-3);
  const mapping = compileMapping(trained);
  const [at, away] = [new Float64Array(6), new Float64Array(6)];
  mapping.deviation(Float64Array.from(examples[7]!.inputs), at);
  mapping.deviation(Float64Array.of(0, 1, 0), away);
  for (let d = 0; d < 6; d++) expect(away[d]!).toBeGreaterThan(10 * at[d]!);
});

test('the length scale follows the data', () => {
  const scaleOf = (cycles: number) => {
    const examples = Array.from({ length: 25 }, (_, i) =>
      example([i / 24], [Math.sin((cycles * 2 * Math.PI * i) / 24)]),
    );
    const dimension = trainMapping(request(examples, 'gp')).trained.dimensions[0]!;
    if (dimension.kind !== 'gp') throw new Error(dimension.kind);
    return dimension.lengthScale;
  };
  expect(scaleOf(4)).toBeLessThan(0.5 * scaleOf(1));
});

test('two near examples that differ do not flatten the rest of the pad', () => {
  // The length scale fell to the shortest, at which nothing but dots is left of the map.
  const latents = [-2, 1, 2, -1, 0, 1.5];
  const places = [[0.1, 0.1], [0.9, 0.2], [0.5, 0.5], [0.51, 0.5], [0.2, 0.9], [0.8, 0.9]]; // prettier-ignore
  const examples = places.map((place, i) => example(place, [latents[i]!]));
  const { trained, report } = trainMapping(request(examples, 'gp'));
  expect(trained.dimensions[0]).toMatchObject({ kind: 'gp' });
  expect((trained.dimensions[0] as { lengthScale: number }).lengthScale).toBeGreaterThan(0.5);
  expect(report.dimensions[0]!.errorRelative).toBeLessThan(1e-3);
});

test.each([60, 150, 300])('without noise %d examples without any order are met', (count) => {
  // A long length scale, at which the jitter made them noise, was the likeliest: they were missed by all of their spread.
  const { report } = trainMapping(request(scattered(count, 2, 3, 'random'), 'gp'));
  for (const { errorRelative } of report.dimensions) expect(errorRelative).toBeLessThan(0.01);
});

test('believing in noise, it takes such examples for noise', () => {
  const settings = { kind: 'gp', lengthScale: 'auto', noise: 0.3 } as const;
  const { report } = trainMapping(request(scattered(150, 2, 3, 'random'), settings));
  for (const { errorRelative } of report.dimensions) expect(errorRelative).toBeGreaterThan(0.5);
});

test('each dimension keeps its own length scale, in whatever order they were learned', () => {
  const cycles = [4, 1, 2, 1, 4];
  const examples = Array.from({ length: 25 }, (_, i) =>
    example(
      [i / 24],
      cycles.map((count) => Math.sin((count * 2 * Math.PI * i) / 24)),
    ),
  );
  const { trained } = trainMapping(request(examples, 'gp'));
  cycles.forEach((_, d) => {
    const alone = examples.map((one) => ({ ...one, latents: [one.latents[d]!] }));
    expect(trainMapping(request(alone, 'gp')).trained.dimensions[0]).toEqual(trained.dimensions[d]);
  });
});

test('far from the examples the mean returns to their mean', () => {
  const places = [0.4, 0.45, 0.5];
  const examples = places.map((x, i) => example([x], [[-1, 0, 4][i]!]));
  const { trained } = trainMapping(request(examples, { kind: 'gp', lengthScale: 0.5, noise: 0 }));
  expect(play(trained, 0).mean).toBeCloseTo(1, 6);
});

test('kinds that do not know how sure they are say NaN', () => {
  for (const kind of ['mlp', 'linear', 'polynomial', 'knn'] as const) {
    const { trained } = trainMapping(request(scattered(5, 1, 1, 'smooth'), kind));
    expect(play(trained, 0.3).deviation).toBeNaN();
    expect(Number.isFinite(play(trained, 0.3).mean)).toBe(true);
  }
});
