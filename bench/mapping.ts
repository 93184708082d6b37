import * as tf from '@tensorflow/tfjs';
import { compileMapping } from '../src/engine/mapping/evaluate.js';
import { Random } from '../src/engine/mapping/random.js';
import type { Example } from '../src/document/example.js';
import { defaultLearning, defaultRegressor } from '../src/document/default-learning.js';
import type { TrainingRequest } from '../src/engine/mapping/train.js';
import { trainMapping } from '../src/engine/mapping/train.js';
import type { BenchRow } from './row.js';
import { summarise } from './row.js';

const HIDDEN = 12;
/** tfjs is stopped at this relative error or after this many steps. */
const PEER_ERROR = 0.01;
const PEER_STEPS = 3000;
const PEER_RATE = 0.02;

/**
 * Trains and evaluates a mapping of networks with their default settings on random latents, the most difficult examples. For comparison, one
 * network in tfjs with the same number of hidden units per latent is trained by Adam on all examples.
 */
export async function mappingBench(): Promise<BenchRow[]> {
  const small = problem(24, 2, 8);
  const large = problem(48, 15, 64);
  return [
    await trainingRow('train 2 → 8, 24 examples', small, 60, 20),
    await trainingRow('train 15 → 64, 48 examples', large, 20, 250),
    await frameRow('map one frame 15 → 64', large, 20),
  ];
}

function problem(count: number, inputCount: number, latentCount: number): TrainingRequest {
  const random = new Random(2026);
  const examples = Array.from({ length: count }, (_, i): Example => ({
    id: `e${i}`,
    label: '',
    hue: 0,
    enabled: true,
    weight: 1,
    inputs: Array.from({ length: inputCount }, () => random.uniform()),
    latents: Array.from({ length: latentCount }, () => 4 * random.uniform() - 2),
  }));
  const learning = { ...defaultLearning(), shared: defaultRegressor('mlp') };
  return { examples, inputCount, latentCount, learning };
}

async function trainingRow(
  name: string,
  request: TrainingRequest,
  runs: number,
  barMs: number,
): Promise<BenchRow> {
  const errors = trainMapping(request).report.dimensions.map(({ errorRelative }) => errorRelative);
  for (let i = 0; i < runs / 4; i++) trainMapping(request);
  const measured = summarise(Array.from({ length: runs }, () => trainMapping(request).report.totalMs));
  const peer = await peerTraining(request);
  return {
    name,
    unit: 'ms',
    ...measured,
    bar: barMs,
    barKind: 'max',
    peer: { name: 'tfjs (cpu)', median: peer.ms, ratio: peer.ms / measured.median },
    note:
      `largest relative error ${Math.max(...errors).toFixed(4)} over ${errors.length} dimensions; ` +
      `tfjs ${peer.error.toFixed(4)} over all after ${peer.steps} steps`,
  };
}

async function frameRow(name: string, request: TrainingRequest, barUs: number): Promise<BenchRow> {
  const mapping = compileMapping(trainMapping(request).trained);
  const random = new Random(7);
  const places = Array.from({ length: 256 }, () =>
    Float64Array.from({ length: request.inputCount }, () => random.uniform()),
  );
  const out = new Float64Array(request.latentCount);
  const perFrame = (play: (place: Float64Array) => void, frames: number) => {
    const from = performance.now();
    for (let i = 0; i < frames; i++) play(places[i % places.length]!);
    return ((performance.now() - from) * 1000) / frames;
  };
  const ours = (place: Float64Array) => mapping.evaluate(place, out);
  perFrame(ours, 20_000);
  const measured = summarise(Array.from({ length: 1000 }, () => perFrame(ours, 20)));

  await tf.setBackend('cpu');
  const net = peerNetwork(request);
  const theirs = (place: Float64Array) => {
    tf.tidy(() => net.forward(tf.tensor2d(Float32Array.from(place), [1, place.length])).dataSync());
  };
  perFrame(theirs, 200);
  const peer = summarise(Array.from({ length: 50 }, () => perFrame(theirs, 10)));
  net.dispose();
  return {
    name,
    unit: 'µs',
    ...measured,
    bar: barUs,
    barKind: 'max',
    peer: { name: 'tfjs (cpu)', median: peer.median, ratio: peer.median / measured.median },
    note: 'each sample is the mean of 20 frames',
  };
}

/** One network per latent in one graph: shared inputs, separate hidden units, and a masked output layer. */
function peerNetwork({ inputCount, latentCount }: TrainingRequest) {
  const units = HIDDEN * latentCount;
  const random = new Random(3);
  const drawn = (count: number, deviation: number) =>
    Float32Array.from({ length: count }, () => deviation * random.normal());
  const hidden = tf.variable(
    tf.tensor2d(drawn(inputCount * units, 0.5 / Math.sqrt(inputCount)), [inputCount, units]),
  );
  const hiddenBias = tf.variable(tf.tensor1d(drawn(units, 0.5)));
  const output = tf.variable(tf.tensor2d(drawn(units, 0.5 / Math.sqrt(HIDDEN)), [HIDDEN, latentCount]));
  const outputBias = tf.variable(tf.zeros([latentCount]));
  return {
    /** [places, inputs] in −1..1 → [places, latents]. */
    forward: (places: tf.Tensor2D): tf.Tensor =>
      tf
        .tanh(tf.matMul(places, hidden).add(hiddenBias))
        .reshape([places.shape[0], HIDDEN, latentCount])
        .mul(output)
        .sum(1)
        .add(outputBias),
    dispose: () => tf.dispose([hidden, hiddenBias, output, outputBias]),
  };
}

async function peerTraining(request: TrainingRequest): Promise<{ ms: number; error: number; steps: number }> {
  await tf.setBackend('cpu');
  const { examples } = request;
  const net = peerNetwork(request);
  const places = tf.tensor2d(examples.map(({ inputs }) => inputs.map((value) => 2 * value - 1)));
  const raw = tf.tensor2d(examples.map(({ latents }) => latents));
  const { mean, variance } = tf.moments(raw, 0);
  const targets = raw.sub(mean).div(variance.sqrt());
  const optimizer = tf.train.adam(PEER_RATE);
  const from = performance.now();
  let error = Infinity;
  let steps = 0;
  while (steps < PEER_STEPS && error > PEER_ERROR) {
    const last = ++steps % 25 === 0;
    const cost = optimizer.minimize(
      () => tf.losses.meanSquaredError(targets, net.forward(places)).asScalar(),
      last,
    );
    if (cost === null) continue;
    error = Math.sqrt((await cost.data())[0]!);
    cost.dispose();
  }
  const ms = performance.now() - from;
  net.dispose();
  tf.dispose([places, raw, mean, variance, targets]);
  optimizer.dispose();
  return { ms, error, steps };
}
