import * as tf from '@tensorflow/tfjs';
import { fastTanh } from '../../../src/engine/mapping/activation.js';
import type { Activation } from '../../../src/engine/mapping/activation.js';
import { Network } from '../../../src/engine/mapping/network.js';
import { Random } from '../../../src/engine/mapping/random.js';

const SHAPES: [inputs: number, hidden: number[], activation: Activation][] = [
  [1, [1], 'tanh'],
  [2, [5], 'tanh'],
  [3, [4, 7], 'tanh'],
  [2, [6], 'relu'],
  [3, [5, 4], 'relu'],
];
const POINTS = 7;

function setUp(inputs: number, hidden: number[], activation: Activation) {
  const random = new Random(11);
  const points = new Float64Array(POINTS * inputs).map(() => 2 * random.uniform() - 1);
  const network = new Network(points, POINTS, inputs, hidden, activation);
  const theta = new Float64Array(network.parameters).map(() => random.normal());
  const coefficients = new Float64Array(POINTS).map(() => random.normal());
  network.forward(theta);
  network.backward(theta);
  return { points, network, theta, coefficients };
}

/** The same network in tfjs, as a function of the parameter vector. */
function peer(points: Float64Array, inputs: number, hidden: number[], activation: Activation) {
  const widths = [inputs, ...hidden, 1];
  return (theta: tf.Tensor1D): tf.Tensor1D => {
    let layer: tf.Tensor2D = tf.tensor2d(Array.from(points), [POINTS, inputs]);
    let at = 0;
    for (let l = 1; l < widths.length; l++) {
      const [before, width] = [widths[l - 1]!, widths[l]!];
      const weights = theta.slice(at, width * before).reshape<tf.Tensor2D>([width, before]);
      const biases = theta.slice(at + width * before, width);
      at += width * (before + 1);
      layer = tf.matMul(layer, weights, false, true).add(biases);
      if (l < widths.length - 1) layer = activation === 'tanh' ? tf.tanh(layer) : tf.relu(layer);
    }
    return layer.flatten();
  };
}

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

test('fastTanh is tanh to single precision, odd, bounded, and NaN for NaN', () => {
  let worst = 0;
  for (let x = -12; x <= 12; x += 0.001) worst = Math.max(worst, Math.abs(fastTanh(x) - Math.tanh(x)));
  expect(worst).toBeLessThan(5e-7);
  expect(fastTanh(0)).toBe(0);
  expect(fastTanh(-1.25)).toBe(-fastTanh(1.25));
  expect(Math.abs(fastTanh(1e300) - 1)).toBeLessThan(5e-7);
  expect(fastTanh(NaN)).toBeNaN();
});

describe.each(SHAPES)('%d inputs, hidden %j, %s', (inputs, hidden, activation) => {
  const { points, network, theta, coefficients } = setUp(inputs, hidden, activation);

  test('the gradient equals the numerical one', () => {
    const gradient = new Float64Array(network.parameters);
    network.transposed(coefficients, gradient);
    const value = (index: number, change: number) => {
      const moved = theta.slice();
      moved[index] = moved[index]! + change;
      network.forward(moved);
      return network.output.reduce((sum, output, i) => sum + coefficients[i]! * output, 0);
    };
    const numeric = gradient.map((_, k) => (value(k, 1e-5) - value(k, -1e-5)) / 2e-5);
    network.forward(theta);
    gradient.forEach((slope, k) => expect(Math.abs(slope - numeric[k]!)).toBeLessThan(2e-5));
    expect(gradient.some((slope) => Math.abs(slope) > 0.01)).toBe(true);
  });

  test('outputs and gradient equal those of tfjs', () => {
    const run = peer(points, inputs, hidden, activation);
    const flat = tf.tensor1d(Float32Array.from(theta));
    const outputs = run(flat).dataSync();
    outputs.forEach((output, i) => expect(output).toBeCloseTo(network.output[i]!, 4));

    const weighted = (parameters: tf.Tensor) =>
      run(parameters as tf.Tensor1D)
        .mul(tf.tensor1d(Float32Array.from(coefficients)))
        .sum()
        .asScalar();
    const theirs = tf.grad(weighted)(flat).dataSync();
    const ours = new Float64Array(network.parameters);
    network.transposed(coefficients, ours);
    expect(theirs).toHaveLength(ours.length);
    theirs.forEach((slope, k) => expect(slope).toBeCloseTo(ours[k]!, 4));
  });

  test('gram, tangent and transposed agree with the explicit Jacobian', () => {
    const count = network.parameters;
    const jacobian = new Float64Array(POINTS * count);
    network.jacobian(jacobian, new Float64Array(POINTS).fill(1));
    const row = (i: number) => Float64Array.from({ length: count }, (_, k) => jacobian[k * POINTS + i]!);
    const scale = Float64Array.from({ length: POINTS }, (_, i) => 0.5 + i / 4);
    const scaled = new Float64Array(POINTS * count);
    network.jacobian(scaled, scale);
    scaled.forEach((slope, at) => expect(slope).toBeCloseTo(scale[at % POINTS]! * jacobian[at]!, 12));
    const gram = new Float64Array(POINTS * POINTS);
    network.gram(gram, scale);
    const tangent = new Float64Array(POINTS);
    network.tangent(tangent);
    for (let i = 0; i < POINTS; i++) {
      expect(tangent[i]).toBeCloseTo(
        row(i).reduce((sum, slope, k) => sum + slope * theta[k]!, 0),
        10,
      );
      for (let j = 0; j <= i; j++) {
        const product = row(i).reduce((sum, slope, k) => sum + slope * row(j)[k]!, 0);
        expect(gram[i * POINTS + j]).toBeCloseTo(scale[i]! * scale[j]! * product, 9);
      }
    }
    const gradient = new Float64Array(count);
    network.transposed(coefficients, gradient);
    gradient.forEach((slope, k) => {
      let sum = 0;
      for (let i = 0; i < POINTS; i++) sum += coefficients[i]! * row(i)[k]!;
      expect(slope).toBeCloseTo(sum, 10);
    });
  });
});
