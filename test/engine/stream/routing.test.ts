import { describe, expect, test } from '@jest/globals';
import { type Output, defaultOutput } from '../../../src/document/output.js';
import type { ModelShape } from '../../../src/engine/model/run/running-model.js';
import { requiredVariant } from '../../../src/engine/stream/routing.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { FakeModel, NoisyModel, streamNoise } from './fakes.js';
import { equalBlocks, noiseTrack, play } from './play.js';

const LENGTH = 4000;
const LEFT = noiseTrack(LENGTH, 0.3, 1);
const RIGHT = noiseTrack(LENGTH, 0.3, 2);

type Channels = 1 | 2;
const shapeOf = (
  inputChannels: Channels,
  outputChannels: Channels,
  batch: Channels,
): Partial<ModelShape> => ({
  inputChannels,
  outputChannels,
  batch,
  hop: 300,
});

/** What an identity model of this shape gives, with the latency taken off. */
function through(model: FakeModel, tracks: readonly Float32Array[], output: Partial<Output>): Float32Array[] {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ...output });
  const { latencySamples } = stream.prepare({
    rate: 48_000,
    maxBlock: 512,
    channels: tracks.length as Channels,
    model,
    noise: streamNoise(),
  });
  return play(stream, tracks, equalBlocks(LENGTH, 512)).map((channel) => channel.subarray(latencySamples));
}

function expectSame(actual: Float32Array | undefined, expected: Float32Array | undefined): void {
  const worst = actual?.reduce(
    (error, sample, n) => Math.max(error, Math.abs(sample - (expected?.[n] ?? NaN))),
    0,
  );
  expect(worst).toBeLessThan(1e-6);
}

const half = (a: Float32Array, b: Float32Array) => a.map((sample, n) => 0.5 * (sample + (b[n] ?? 0)));
const MID = half(LEFT, RIGHT);

describe('a stereo track', () => {
  test.each([
    ['mid', MID, MID],
    ['left', LEFT, LEFT],
    ['right', RIGHT, RIGHT],
  ] as const)('a mono model hears the %s, one row or two', (listen, left, right) => {
    for (const batch of [1, 2] as const) {
      const [a, b] = through(new FakeModel(shapeOf(1, 1, batch)), [LEFT, RIGHT], { listen });
      expectSame(a, left);
      expectSame(b, right);
    }
  });

  test('both sides run apart in a batch of two', () => {
    for (const outputs of [1, 2] as const) {
      const [a, b] = through(new FakeModel(shapeOf(1, outputs, 2)), [LEFT, RIGHT], { listen: 'both' });
      expectSame(a, LEFT);
      expectSame(b, RIGHT);
    }
  });

  test('with one row prepared, both falls back to the middle', () => {
    const [a, b] = through(new FakeModel(shapeOf(1, 1, 1)), [LEFT, RIGHT], { listen: 'both' });
    expectSame(a, MID);
    expectSame(b, MID);
  });

  test('a stereo model gets both channels unchanged, whatever the input channels are set to', () => {
    for (const listen of ['mid', 'left', 'both'] as const) {
      const [a, b] = through(new FakeModel(shapeOf(2, 2, 1)), [LEFT, RIGHT], { listen });
      expectSame(a, LEFT);
      expectSame(b, RIGHT);
    }
  });

  test('a model with two inputs and one output plays on both sides', () => {
    const [a, b] = through(new FakeModel(shapeOf(2, 1, 1)), [LEFT, RIGHT], {});
    expectSame(a, LEFT);
    expectSame(b, LEFT);
  });
});

describe('a mono track', () => {
  test.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ] as const)('through a model with %i inputs and %i outputs', (inputs, outputs) => {
    const [a] = through(new FakeModel(shapeOf(inputs, outputs, 1)), [LEFT], { listen: 'both' });
    expectSame(a, LEFT);
  });
});

describe('width', () => {
  const sides = (width: number, latentNoise = 0) =>
    through(new NoisyModel(shapeOf(1, 1, 2)), [LEFT, RIGHT], { width, latentNoise });

  test('0 gives both sides the same noise, 1 noise of its own to each', () => {
    const [a, b] = sides(0);
    expect(a).toEqual(b);
    const [c, d] = sides(1);
    expectSame(c, a);
    const difference = c?.reduce((sum, sample, n) => sum + Math.abs(sample - (d?.[n] ?? 0)), 0) ?? 0;
    expect(difference / LENGTH).toBeGreaterThan(0.01);
  });
});

describe('the variant that is needed', () => {
  const tensor = { name: 'x', shape: [1] };
  const graph = { file: 'g.onnx', input: tensor, output: tensor, noise: [], state: null, initialState: null };
  /** With a light form for one frame of one side. */
  const variants = [
    { frames: 1, batch: 1, encoder: graph, decoder: { ...graph, lightFile: 'g.light.onnx' } },
    { frames: 4, batch: 1, encoder: graph, decoder: graph },
    { frames: 4, batch: 2, encoder: graph, decoder: graph },
  ];
  const wanted = (
    output: Partial<Output>,
    channels: number,
    inputChannels: number,
    outputChannels: number,
    offline = false,
  ) =>
    requiredVariant(
      { ...defaultOutput(), ...output },
      channels,
      { inputChannels, outputChannels, variants },
      offline,
    );

  test('is light where that is asked for and there is such a form', () => {
    const precision = 'light';
    expect(wanted({ precision }, 1, 1, 1).precision).toBe('light');
    expect(wanted({}, 1, 1, 1).precision).toBe('exact');
    expect(wanted({ precision, framesPerCall: 4 }, 1, 1, 1).precision).toBe('exact');
    // There are no graphs for one frame of two sides: those of one side play both.
    expect(wanted({ precision, listen: 'both' }, 2, 1, 1)).toEqual({ frames: 1, batch: 2, precision });
    expect(wanted({ precision, framesPerCall: 4, listen: 'both' }, 2, 1, 1).precision).toBe('exact');
  });

  test('is exact offline where a bounce is to be', () => {
    const precision = 'light';
    expect(wanted({ precision }, 1, 1, 1, true).precision).toBe('light');
    expect(wanted({ precision, bounceExact: true }, 1, 1, 1, true).precision).toBe('exact');
    expect(wanted({ precision, bounceExact: true }, 1, 1, 1).precision).toBe('light');
  });

  test('has two rows only where the sides differ', () => {
    expect(wanted({}, 2, 1, 1)).toEqual({ frames: 1, batch: 1, precision: 'exact' });
    expect(wanted({ listen: 'both', framesPerCall: 4 }, 2, 1, 1)).toEqual({
      frames: 4,
      batch: 2,
      precision: 'exact',
    });
    // Models are imported for 1 and 4 frames: a preset with 2 could not be rendered, and stayed dry.
    expect(wanted({ framesPerCall: 2 }, 2, 1, 1)).toMatchObject({ frames: 1 });
    expect(wanted({ width: 0.1 }, 2, 1, 1).batch).toBe(2);
    expect(wanted({ width: 1, listen: 'both' }, 1, 1, 1).batch).toBe(1);
    expect(wanted({ width: 1, listen: 'both' }, 2, 2, 2).batch).toBe(1);
    expect(wanted({ listen: 'both' }, 2, 1, 2).batch).toBe(2);
  });
});

test('a change of what is heard is a crossfade', () => {
  const stream = new Stream();
  const model = new FakeModel({ hop: 128 });
  const { latencySamples } = stream.prepare({
    rate: 48_000,
    maxBlock: 2048,
    channels: 2,
    model,
    noise: streamNoise(),
  });
  const tracks = [new Float32Array(2048).fill(0.4), new Float32Array(2048).fill(-0.4)];
  stream.setOutput({ ...defaultOutput(), listen: 'left' });
  play(stream, tracks, [2048]);
  stream.setOutput({ ...defaultOutput(), listen: 'right' });
  const heard = play(stream, tracks, [2048])[0] as Float32Array;
  const step = heard.reduce(
    (top, sample, n) => Math.max(top, Math.abs(sample - (heard[n - 1] ?? sample))),
    0,
  );
  expect(heard[latencySamples - 2]).toBeCloseTo(0.4, 5);
  expect(heard[2047]).toBeCloseTo(-0.4, 5);
  expect(step).toBeLessThan(0.002);
});
