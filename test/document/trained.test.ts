import * as tf from '@tensorflow/tfjs';
import { compileMapping } from '../../src/engine/mapping/evaluate.js';
import { pack, unpack } from '../../src/document/packing.js';
import { trainMapping } from '../../src/engine/mapping/train.js';
import type { TrainedMapping } from '../../src/document/trained.js';
import { trainedMappingSchema } from '../../src/document/trained.js';
import { KINDS, request, scattered } from '../engine/mapping/requests.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const trainedWith = (kind: (typeof KINDS)[number]) =>
  trainMapping(request(scattered(6, 2, 2, 'smooth'), kind)).trained;
const accepts = (value: unknown) => trainedMappingSchema.safeParse(value).success;
const copy = (value: TrainedMapping) => JSON.parse(JSON.stringify(value)) as { [key: string]: Json };

/** Every copy of `value` with one field, at any depth, replaced by what `change` makes of it. */
function* changed(value: Json, change: (field: Json) => Json | undefined): Generator<Json> {
  if (value === null || typeof value !== 'object') return;
  for (const key of Object.keys(value)) {
    const field = (value as { [key: string]: Json })[key]!;
    const put = (inner: Json | undefined): Json => {
      if (Array.isArray(value)) return value.with(Number(key), inner ?? null);
      const others = Object.entries(value).filter(([name]) => name !== key);
      return Object.fromEntries(inner === undefined ? others : [...others, [key, inner]]);
    };
    const next = change(field);
    if (next !== field) yield put(next);
    for (const inner of changed(field, change)) yield put(inner);
  }
}

describe.each(KINDS)('a saved %s', (kind) => {
  const saved = copy(trainedWith(kind));

  test('is accepted as it is', () => expect(accepts(saved)).toBe(true));

  test('is refused with any field missing, or turned into nonsense', () => {
    const cases = [...changed(saved, () => undefined), ...changed(saved, () => ({ odd: true }))];
    expect(cases.length).toBeGreaterThan(20);
    for (const broken of cases) expect(accepts(broken)).toBe(false);
  });

  test('is refused when its numbers are cut short, or not finite', () => {
    const packed = (field: Json): field is string =>
      typeof field === 'string' && /[A-Z].*[a-z]|=/.test(field);
    const broken = [...changed(saved, (field) => (packed(field) ? field.slice(0, -8) : field))];
    expect(broken.length).toBeGreaterThanOrEqual(kind === 'gp' || kind === 'knn' ? 4 : 2);
    for (const one of broken) expect(accepts(one)).toBe(false);

    const dimensions = saved['dimensions'] as { [key: string]: Json }[];
    const [field, precision] =
      kind === 'gp'
        ? (['coefficients', 'float64'] as const)
        : ([kind === 'knn' ? 'values' : 'weights', 'float32'] as const);
    const numbers = unpack(dimensions[0]![field] as string, precision);
    for (const bad of [NaN, Infinity]) {
      const poisoned = { ...dimensions[0], [field]: pack(numbers.with(1, bad), precision) };
      expect(accepts({ ...saved, dimensions: [poisoned, dimensions[1]!] })).toBe(false);
    }
  });

  test('is refused with a weight that no example can have', () => {
    const { points } = saved as unknown as TrainedMapping;
    if (points === null) return;
    const weights = unpack(points.weights, 'float32');
    for (const weight of [0, -1]) {
      const poisoned = { ...points, weights: pack(weights.with(1, weight), 'float32') };
      expect(accepts({ ...saved, points: poisoned })).toBe(false);
    }
  });

  test('is refused with a field that is not known', () => {
    expect(accepts({ ...saved, code: 'x' })).toBe(false);
  });
});

test('packing keeps single and double precision as they are', () => {
  const values = [0, -1.5, Math.PI, 1e-30, -3e30];
  expect([...unpack(pack(values, 'float64'), 'float64')]).toEqual(values);
  expect([...unpack(pack(values, 'float32'), 'float32')]).toEqual(values.map(Math.fround));
  expect(pack([1], 'float32')).toBe('AACAPw==');
});

test('64 dimensions of 15 inputs with two hidden layers take less than a quarter of a megabyte', () => {
  const examples = scattered(8, 15, 64, 'smooth');
  const settings = { kind: 'mlp', hidden: [16, 16], activation: 'tanh', weightDecay: 1e-4, seed: 1 } as const;
  const { trained } = trainMapping(request(examples, { ...settings, hidden: [16, 16] }));
  expect(JSON.stringify(trained).length).toBeLessThan(256 * 1024);
});

test.each(['tanh', 'relu'] as const)('tfjs plays the saved %s weights as we do', async (activation) => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const hidden = [5, 3];
  const examples = scattered(10, 2, 3, 'smooth');
  const { trained } = trainMapping(
    request(examples, { kind: 'mlp', hidden, activation, weightDecay: 1e-3, seed: 9 }),
  );
  const mapping = compileMapping(trained);
  const out = new Float64Array(3);
  const place = examples[4]!.inputs.map((value) => 0.9 * value + 0.05);
  mapping.evaluate(Float64Array.from(place), out);
  trained.dimensions.forEach((dimension, d) => {
    if (dimension.kind !== 'mlp') throw new Error(dimension.kind);
    const weights = unpack(dimension.weights, 'float32');
    const widths = [2, ...hidden, 1];
    let at = 0;
    let layer: tf.Tensor = tf.tensor2d([
      place.map((value, k) => (value - trained.centre[k]!) * trained.scale[k]!),
    ]);
    for (let l = 1; l < widths.length; l++) {
      const [before, width] = [widths[l - 1]!, widths[l]!];
      const matrix = tf.tensor2d(Array.from(weights.subarray(at, (at += width * before))), [width, before]);
      const biases = tf.tensor1d(Array.from(weights.subarray(at, (at += width))));
      layer = tf.matMul(layer as tf.Tensor2D, matrix, false, true).add(biases);
      if (l < widths.length - 1) layer = activation === 'tanh' ? layer.tanh() : layer.relu();
    }
    const [low, high] = dimension.range;
    const theirs = layer.dataSync()[0]!;
    expect(theirs).toBeGreaterThan(low);
    expect(theirs).toBeLessThan(high);
    expect(out[d]).toBeCloseTo(theirs, 4);
  });
});
