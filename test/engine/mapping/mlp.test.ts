import { compileMapping } from '../../../src/engine/mapping/evaluate.js';
import { MlpFitter } from '../../../src/engine/mapping/mlp-fit.js';
import { Network } from '../../../src/engine/mapping/network.js';
import { Random } from '../../../src/engine/mapping/random.js';
import { defaultRegressor } from '../../../src/document/default-learning.js';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { example, request, scattered } from './requests.js';

const none = () => undefined;
const errors = (result: ReturnType<typeof trainMapping>) =>
  result.report.dimensions.map(({ errorRelative }) => errorRelative);

test.each([
  [24, 2, 8, 'smooth'],
  [24, 2, 8, 'random'],
  [48, 15, 64, 'smooth'],
  [48, 15, 64, 'random'],
] as const)(
  'fits %d examples of %d inputs and %d latents (%s) with an error below 1 %%',
  (...[n, i, l, kind]) => {
    const result = trainMapping(request(scattered(n, i, l, kind), 'mlp'));
    expect(errors(result)).toHaveLength(l);
    for (const error of errors(result)) expect(error).toBeLessThan(0.01);
  },
);

test.each([
  [[16], 'relu'],
  [[8, 8], 'tanh'],
  [[24, 12], 'relu'],
] as const)('hidden layers %j with %s fit smooth examples', (hidden, activation) => {
  const settings = { kind: 'mlp', hidden: [...hidden], activation, weightDecay: 1e-4, seed: 3 } as const;
  for (const error of errors(
    trainMapping(request(scattered(20, 3, 4, 'smooth'), { ...settings, hidden: [...hidden] })),
  ))
    expect(error).toBeLessThan(0.03);
});

test('generalises to a smooth function between its examples', () => {
  const wave = (x: number, y: number) => Math.sin(4 * x) + y * y;
  const random = new Random(8);
  const examples = Array.from({ length: 30 }, () => {
    const [x, y] = [random.uniform(), random.uniform()];
    return example([x, y], [wave(x, y)]);
  });
  const mapping = compileMapping(trainMapping(request(examples, 'mlp')).trained);
  const out = new Float64Array(1);
  for (let i = 0; i < 100; i++) {
    const [x, y] = [0.1 + 0.8 * random.uniform(), 0.1 + 0.8 * random.uniform()];
    mapping.evaluate(Float64Array.of(x, y), out);
    expect(Math.abs(out[0]! - wave(x, y))).toBeLessThan(0.1);
  }
});

test('the same seed gives the same bits, another seed another fit', () => {
  const examples = scattered(12, 2, 3, 'smooth');
  const learn = (seed: number) =>
    trainMapping(request(examples, { kind: 'mlp', hidden: [6], activation: 'tanh', weightDecay: 1e-4, seed }))
      .trained;
  expect(learn(5)).toEqual(learn(5));
  expect(learn(5)).not.toEqual(learn(6));
});

test('a dimension’s fit does not depend on the other dimensions', () => {
  const examples = scattered(10, 2, 4, 'smooth');
  const alone = request(examples, 'mlp');
  const mixed = { ...alone, learning: { ...alone.learning, perDimension: { '0': defaultRegressor('gp') } } };
  expect(trainMapping(mixed).trained.dimensions[2]).toEqual(trainMapping(alone).trained.dimensions[2]);
});

test('more weight decay gives smaller weights and a larger error', () => {
  const [inputs, targets] = problem(20, 2);
  const fit = (weightDecay: number) => {
    const options = { hidden: [8], activation: 'tanh', weightDecay, seed: 1 } as const;
    const theta = new MlpFitter(inputs, new Float64Array(20).fill(1), 2, options).fit(targets, 0, none);
    const network = new Network(inputs, 20, 2, [8], 'tanh');
    network.forward(theta);
    const miss = network.output.reduce((sum, output, i) => sum + (output - targets[i]!) ** 2, 0);
    return { size: theta.reduce((sum, weight) => sum + weight * weight, 0), miss };
  };
  const [weak, strong] = [fit(1e-3), fit(1)];
  expect(strong.size).toBeLessThan(weak.size);
  expect(strong.miss).toBeGreaterThan(weak.miss);
});

test.each([
  ['parameters', 9, 40],
  ['points', 40, 9],
])('converges to a stationary point, solving in the space of %s', (_, hidden, points) => {
  const [inputs, targets] = problem(points, 2);
  const decay = 0.5;
  const options = { hidden: [hidden], activation: 'tanh', weightDecay: decay, seed: 2 } as const;
  const weights = Float64Array.from({ length: points }, (__, i) => (i % 2 === 0 ? 0.5 : 1.5));
  const theta = new MlpFitter(inputs, weights, 2, options).fit(targets, 0, none);
  const network = new Network(inputs, points, 2, [hidden], 'tanh');
  network.forward(theta);
  network.backward(theta);
  const residual = network.output.map((output, i) => weights[i]! * (output - targets[i]!));
  const gradient = new Float64Array(theta.length);
  network.transposed(residual, gradient);
  const slope = Math.hypot(...gradient.map((value, k) => value + decay * theta[k]!));
  expect(slope).toBeLessThan(0.05 * Math.hypot(...gradient));
});

test('a fit ends when its budget is spent, but not before the minimum iterations', () => {
  const random = new Random(6);
  const inputs = new Float64Array(2 * 300).map(() => 2 * random.uniform() - 1);
  const targets = new Float64Array(300).map(() => random.normal());
  const options = { hidden: [4], activation: 'tanh', weightDecay: 1e-4, seed: 1 } as const;
  const iterations = (budget: number) => {
    let count = 0;
    const weights = new Float64Array(300).fill(1);
    new MlpFitter(inputs, weights, 2, options, budget).fit(targets, 0, () => count++);
    return count;
  };
  // With 17 parameters, an iteration takes at least 59,000 multiply-adds.
  expect(iterations(0)).toBeLessThanOrEqual(15);
  expect(iterations(2e6)).toBeLessThanOrEqual(34);
  expect(iterations(2e6)).toBeGreaterThan(iterations(0));
  expect(iterations(Infinity)).toBeGreaterThan(40);
});

test.each([
  ['parameters', [12]],
  ['points', [16, 16]],
])('fits many points with a small budget, solving in the space of %s', (_, hidden) => {
  const [inputs, targets] = problem(600, hidden.length === 1 ? 2 : 16);
  const options = { hidden, activation: 'tanh', weightDecay: 1e-4, seed: 1 } as const;
  const inputCount = inputs.length / 600;
  const weights = new Float64Array(600).fill(1);
  const theta = new MlpFitter(inputs, weights, inputCount, options, 1e6).fit(targets, 0, none);
  const network = new Network(inputs, 600, inputCount, hidden, 'tanh');
  network.forward(theta);
  const square = network.output.reduce((sum, output, i) => sum + (output - targets[i]!) ** 2, 0);
  expect(Math.sqrt(square / 600)).toBeLessThan(0.03);
});

test('examples of greater weight have smaller errors where not all can be fitted', () => {
  const settings = { kind: 'mlp', hidden: [1], activation: 'tanh', weightDecay: 1e-4, seed: 1 } as const;
  const miss = (weight: number) => {
    const latents = [0, 1, -1, 1, 0, -1];
    const examples = latents.map((latent, i) => example([i / 5], [latent], i === 3 ? { weight } : {}));
    const mapping = compileMapping(trainMapping(request(examples, { ...settings, hidden: [1] })).trained);
    const out = new Float64Array(1);
    mapping.evaluate(Float64Array.of(3 / 5), out);
    return Math.abs(out[0]! - 1);
  };
  expect(miss(100)).toBeLessThan(0.5 * miss(0.1));
});

/** Points in −1..1 and targets of mean 0 and standard deviation about 1. */
function problem(points: number, inputs: number): [Float64Array, Float64Array] {
  const random = new Random(4);
  const places = new Float64Array(points * inputs).map(() => 2 * random.uniform() - 1);
  return [places, Float64Array.from({ length: points }, (_, i) => 1.4 * Math.sin(3 * places[i * inputs]!))];
}
