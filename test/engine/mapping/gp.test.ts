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

test('two points worked by hand: posterior mean and standard deviation', () => {
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

test('noise worked by hand: the mean is shrunk, the standard deviation stays above 0', () => {
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

test('passes through every example, with a small standard deviation there and a large one elsewhere', () => {
  const examples = scattered(40, 3, 6, 'smooth');
  const { trained, report } = trainMapping(request(examples, 'gp'));
  for (const { errorRelative } of report.dimensions) expect(errorRelative).toBeLessThan(1e-3);
  const mapping = compileMapping(trained);
  const [near, far] = [new Float64Array(6), new Float64Array(6)];
  mapping.deviation(Float64Array.from(examples[7]!.inputs), near);
  mapping.deviation(Float64Array.of(0, 1, 0), far);
  for (let d = 0; d < 6; d++) expect(far[d]!).toBeGreaterThan(10 * near[d]!);
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
  // The shortest length scale was chosen, with which the map is constant except at the examples.
  const latents = [-2, 1, 2, -1, 0, 1.5];
  const places = [[0.1, 0.1], [0.9, 0.2], [0.5, 0.5], [0.51, 0.5], [0.2, 0.9], [0.8, 0.9]]; // prettier-ignore
  const examples = places.map((place, i) => example(place, [latents[i]!]));
  const { trained, report } = trainMapping(request(examples, 'gp'));
  expect(trained.dimensions[0]).toMatchObject({ kind: 'gp' });
  expect((trained.dimensions[0] as { lengthScale: number }).lengthScale).toBeGreaterThan(0.5);
  expect(report.dimensions[0]!.errorRelative).toBeLessThan(1e-3);
});

test.each([60, 150, 300])('without noise it interpolates %d unordered examples', (count) => {
  // A long length scale, with which the jitter acts as noise, was chosen: the error was the examples' standard deviation.
  const { report } = trainMapping(request(scattered(count, 2, 3, 'random'), 'gp'));
  for (const { errorRelative } of report.dimensions) expect(errorRelative).toBeLessThan(0.01);
});

test.each([1 / 256, 1e-3, 1e-5])('examples %d apart that differ widely are passed through', (apart) => {
  // The jitter kept them apart by a share of their difference: a capture was not what was heard at its position.
  const places = [[0.3, 0.5], [0.3 + apart, 0.5], [0.1, 0.9], [0.9, 0.2], [0.6, 0.7]]; // prettier-ignore
  const examples = places.map((place, i) => example(place, [[-3, 4, 0, 1, 2][i]!]));
  const { trained } = trainMapping(request(examples, 'gp'));
  const out = new Float64Array(1);
  for (const { inputs, latents } of examples) {
    compileMapping(trained).evaluate(Float64Array.from(inputs), out);
    expect(Math.abs(out[0]! - latents[0]!)).toBeLessThan(1e-6);
  }
});

test('with noise it treats unordered examples as noise', () => {
  const settings = { kind: 'gp', lengthScale: 'auto', noise: 0.3 } as const;
  const { report } = trainMapping(request(scattered(150, 2, 3, 'random'), settings));
  for (const { errorRelative } of report.dimensions) expect(errorRelative).toBeGreaterThan(0.5);
});

test('each dimension has its own length scale, whatever the order of training', () => {
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

test('kinds without a standard deviation give NaN', () => {
  for (const kind of ['mlp', 'linear', 'polynomial', 'knn'] as const) {
    const { trained } = trainMapping(request(scattered(5, 1, 1, 'smooth'), kind));
    expect(play(trained, 0.3).deviation).toBeNaN();
    expect(Number.isFinite(play(trained, 0.3).mean)).toBe(true);
  }
});
