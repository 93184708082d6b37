import { type KnownRates, readInterface } from '../../../../src/engine/model/import/nn-interface.js';
import { programOf } from './evaluate/program.js';
import { type Attributes, StoredTuple } from './evaluate/stored.js';

const longs = (...values: bigint[]): { data: BigInt64Array } => ({ data: BigInt64Array.from(values) });

const USUAL: Attributes = {
  _methods: ['encode', 'decode'],
  encode_params: longs(1n, 1n, 4n, 16n),
  decode_params: longs(4n, 16n, 1n, 1n),
  sr: 48_000n,
};
const METHODS = [
  '  def encode(self, x: Tensor) -> Tensor:',
  '    return x',
  '  def decode(self, x: Tensor) -> Tensor:',
  '    return x',
].join('\n');

const read = async (attributes: Attributes, rates: KnownRates = {}) =>
  readInterface(await programOf(['return x'], METHODS, { ...USUAL, ...attributes }), rates);

test('the declared interface is read', async () => {
  expect(await read({ delay: 20n, full_latent_size: 12n, licence: 'CC0-1.0' })).toEqual({
    sampleRate: 48_000,
    hop: 16,
    inputChannels: 1,
    outputChannels: 1,
    isEffect: false,
    hasEncoder: true,
    prior: null,
    latentDims: 4,
    fullLatentDims: 12,
    parameters: 0,
    statedDelay: 20,
    notes: [],
    attributes: [],
    licence: 'CC0-1.0',
  });
});

// Ended as faults of Tiller's own, once everything was done.
test.each<[number | null, Attributes]>([
  [null, {}],
  [0, { delay: 0n }],
  [11, { delay: 10.6 }],
  [null, { delay: -3n }],
  [null, { delay: Infinity }],
  [null, { delay: 'long' }],
])('a delay of %p samples is stated by %p', async (wanted, attributes) => {
  expect((await read(attributes)).statedDelay).toBe(wanted);
});

const tensor = (value: number) => ({ data: Float32Array.of(value), sizes: [], strides: [] });

// Each was refused: "The model does not say which sample rate it works at."
test.each<[string, number, Attributes]>([
  ['a one-element list', 44_100, { sr: [44_100n] }],
  ['a tensor', 44_100, { sr: tensor(44_100) }],
  ['another name', 32_000, { sr: null, sampling_rate: 32_000n }],
  ['the child of a wrapper', 48_000, { sr: null, _rave: { sampling_rate: tensor(48_000) }, _prior: {} }],
  ['the child of a child', 48_000, { sr: null, a: { b: { sr: 48_000n } } }],
])('the sample rate is read from %s', async (_, wanted, attributes) => {
  expect((await read(attributes)).sampleRate).toBe(wanted);
});

test('the latents of a wrapper that states none are those of its child', async () => {
  expect((await read({ _rave: { full_latent_size: 128n } })).fullLatentDims).toBe(128);
});

test.each<[string, Attributes]>([
  ['missing', { sr: null }],
  ['a pair', { sr: [44_100n, 48_000n] }],
  ['two children', { sr: null, a: { sr: 44_100n }, b: { sr: 48_000n } }],
  ['out of range', { sr: 4000n }],
])('a sample rate that is %s is asked for, and taken from the player', async (_, attributes) => {
  await expect(read(attributes)).rejects.toMatchObject({ code: 'model-rate' });
  expect((await read(attributes, { given: 32_000, earlier: 44_100 })).sampleRate).toBe(32_000);
});

test('a sample rate of an earlier import is used where the file states none', async () => {
  expect((await read({ sr: null }, { earlier: 44_100 })).sampleRate).toBe(44_100);
  expect((await read({}, { earlier: 44_100 })).sampleRate).toBe(48_000);
});

test.each([12.5, 5000, Infinity])('%d latent dimensions are refused', async (size) => {
  await expect(read({ full_latent_size: size })).rejects.toMatchObject({ code: 'model-interface' });
});

// The first RAVE models that were published list nothing: nn~ plays them, Tiller refused them.
test('without _methods the methods are those with a _params buffer', async () => {
  const { encode_params, decode_params, sr } = USUAL;
  const readOlder = async (attributes: Attributes) =>
    readInterface(await programOf(['return x'], METHODS, attributes));
  const older = { encode_params, decode_params, sr } as Attributes;
  expect(await readOlder(older)).toMatchObject({ latentDims: 4, hop: 16 });
  await expect(readOlder({ encode_params, sr } as Attributes)).rejects.toThrow('neither a method');
  await expect(readOlder({ sr } as Attributes)).rejects.toThrow('is not a model for nn~');
});

test('a decoder alone is an instrument', async () => {
  const alone = await read({ _methods: ['decode'], encode_params: null });
  expect(alone).toMatchObject({
    hasEncoder: false,
    hop: 16,
    latentDims: 4,
    inputChannels: 1,
    outputChannels: 1,
  });
});

test('what nn~ could set is listed with its values, and not settable without a method that sets it', async () => {
  const settings = {
    _attributes: ['none', 'temperature', 'learn', 'style', 'pair'],
    temperature: new StoredTuple([0.5]),
    learn: new StoredTuple([false]),
    style: new StoredTuple(['soft']),
    pair: new StoredTuple([1n, 2n]),
  };
  expect((await read(settings)).attributes).toEqual([
    { text: 'temperature 0.5', settable: null },
    { text: 'learn off', settable: null },
    { text: 'style “soft”', settable: null },
    { text: 'pair 1 2', settable: null },
  ]);
});
