import { MAX_LATENTS } from '../../../src/document/limits.js';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dbToGain } from '../../../src/engine/audio/db.js';
import { Limiter } from '../../../src/engine/audio/limiter.js';
import { type Output, defaultOutput } from '../../../src/document/output.js';
import type { ModelShape, RunningModel } from '../../../src/engine/model/run/running-model.js';
import { PARAMETERS, PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { StreamSnapshot } from '../../../src/engine/stream/telemetry.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { FakeModel, LatentModel, NoisyModel, streamNoise } from './fakes.js';
import { type TimedChange, equalBlocks, noiseTrack, play, randomBlocks, prepareMono } from './play.js';

interface Setup {
  model?: RunningModel | null;
  rate?: number;
  channels?: 1 | 2;
  output?: Partial<Output>;
  seed?: number;
}

function prepared({
  model = new FakeModel(),
  rate = 48_000,
  channels = 1,
  output = {},
  seed = 1,
}: Setup = {}) {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ...output });
  const { latencySamples } = stream.prepare({
    rate,
    maxBlock: 8192,
    channels,
    model,
    noise: streamNoise(seed),
  });
  return { stream, latencySamples };
}

const lookAhead = (rate: number) => new Limiter(rate, 1).latencySamples;
const worst = (a: Float32Array, b: Float32Array) =>
  a.reduce((error, sample, n) => Math.max(error, Math.abs(sample - (b[n] ?? NaN))), 0);

describe('determinism', () => {
  const shapes: Partial<ModelShape>[] = [
    { hop: 512 },
    { hop: 128, frames: 4, sampleRate: 44_100, batch: 2, delaySamples: 33 },
  ];
  const changes: TimedChange[] = [
    { sample: 100, parameter: PARAMETER_INDEX.dryWet, value: 0.3 },
    { sample: 777, parameter: PARAMETER_INDEX.outputGain, value: 11 },
    { sample: 778, parameter: PARAMETER_INDEX.latentNoise, value: 0.7 },
    { sample: 1500, parameter: PARAMETER_INDEX.ceiling, value: -9 },
    { sample: 2222, parameter: PARAMETER_INDEX.offset, value: 0.8 },
    { sample: 2500, parameter: PARAMETER_INDEX.inputGain, value: -4 },
    { sample: 3000, parameter: PARAMETER_INDEX.bypass, value: 1 },
    { sample: 3900, parameter: PARAMETER_INDEX.bypass, value: 0 },
    { sample: 4100, parameter: PARAMETER_INDEX.freeze, value: 1 },
    { sample: 4101, parameter: PARAMETER_INDEX.width, value: 0.6 },
    { sample: 4700, parameter: PARAMETER_INDEX.freeze, value: 0 },
    { sample: 5100, parameter: PARAMETER_INDEX.loopLength, value: 0 },
    { sample: 5101, parameter: PARAMETER_INDEX.loop, value: 1 },
  ];
  const track = [noiseTrack(7000, 0.8, 1), noiseTrack(7000, 0.8, 2)];

  test.each(shapes)('the blocks do not change a bit: %o', (shape) => {
    const { stream } = prepared({ model: new NoisyModel(shape), channels: 2, output: { listen: 'both' } });
    stream.setSteering({
      amount: 1,
      glideSeconds: 0.01,
      dimensions: [defaultDimension(), defaultDimension()],
    });
    const run = (blocks: number[], inPlace: boolean) => {
      // What automation moved is back where it was, as when a host starts a bounce.
      stream.setOutput({ ...defaultOutput(), listen: 'both' });
      stream.setParameter(PARAMETER_INDEX.offset, 0);
      stream.restart();
      return play(stream, track, blocks, changes, inPlace);
    };
    const reference = run(equalBlocks(7000, 7000), false);
    expect(worst(reference[0] as Float32Array, reference[1] as Float32Array)).toBeGreaterThan(0.1);
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(3, 70, 600, 5000), fc.boolean(), (seed, largest, inPlace) => {
        expect(run(randomBlocks(7000, largest, seed), inPlace)).toEqual(reference);
      }),
      { numRuns: 12, seed: 7 },
    );
  });

  test('another seed gives other noise, the same seed the same', () => {
    const run = (seed: number) =>
      play(
        prepared({ model: new NoisyModel(), seed }).stream,
        [track[0] as Float32Array],
        equalBlocks(7000, 512),
      );
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  test('after a restart nothing is left of before', () => {
    const { stream } = prepared({ model: new NoisyModel(), channels: 2 });
    const first = play(stream, track, equalBlocks(7000, 441));
    play(stream, [noiseTrack(999, 1, 8), noiseTrack(999, 1, 9)], [999]);
    stream.restart();
    expect(play(stream, track, equalBlocks(7000, 333))).toEqual(first);
  });
});

describe('the dry track', () => {
  test('is aligned with the model to the sample: an identity cancels it', () => {
    const track = [noiseTrack(6000, 0.4, 3)];
    const { stream, latencySamples } = prepared({ output: { dryWet: 0.5 } });
    const mixed = play(stream, track, equalBlocks(6000, 100))[0] as Float32Array;
    const expected = (track[0] as Float32Array).subarray(0, 6000 - latencySamples);
    expect(worst(expected, mixed.subarray(latencySamples))).toBeLessThan(1e-7);
  });

  test.each([0, 1])('passes untouched by dry/wet 0, bypass %i', (bypass) => {
    const level = bypass ? 4 : 0.4;
    const track = [noiseTrack(5000, level, 3), noiseTrack(5000, level, 4)];
    const output = { dryWet: 0, bypass: bypass === 1, inputGainDb: 12, outputGainDb: bypass ? -20 : 0 };
    const { stream, latencySamples } = prepared({ channels: 2, output });
    const result = play(stream, track, randomBlocks(5000, 700, 1));
    result.forEach((channel, c) => {
      expect(channel.subarray(latencySamples)).toEqual(track[c]?.subarray(0, 5000 - latencySamples));
    });
  });

  test('passes without a model, late by the limiter, with gain and ceiling', () => {
    const track = [noiseTrack(3000, 0.2, 5)];
    const output = { outputGainDb: 6, onFault: 'silence' as const };
    const { stream, latencySamples } = prepared({ model: null, output });
    expect(latencySamples).toBe(lookAhead(48_000));
    const result = play(stream, track, equalBlocks(3000, 64))[0] as Float32Array;
    const expected = (track[0] as Float32Array).map((sample) => sample * dbToGain(6));
    expect(worst(expected.subarray(0, 3000 - latencySamples), result.subarray(latencySamples))).toBeLessThan(
      1e-7,
    );
    expect(stream.faults).toBeNull();
  });
});

describe('levels', () => {
  test('the ceiling holds whatever is set and comes in', () => {
    const { stream } = prepared({ output: { ceilingDb: -3, outputGainDb: 24, inputGainDb: 24 } });
    const track = noiseTrack(9000, 1, 6).map((sample, n) => sample * 10 ** ((n % 3000) / 500));
    const changes = [0, 1, 2, 3].map((k) => ({
      sample: 2000 * k + 5,
      parameter: PARAMETER_INDEX.dryWet,
      value: k % 2,
    }));
    const result = play(stream, [track], equalBlocks(9000, 300), changes)[0] as Float32Array;
    const peak = result.reduce((top, sample) => Math.max(top, Math.abs(sample)), 0);
    expect(peak).toBeLessThanOrEqual(dbToGain(-3));
    expect(peak).toBeGreaterThan(dbToGain(-6));
  });

  test('change along ramps, without a step', () => {
    const track = [new Float32Array(12_000).fill(0.25)];
    for (const [parameter, from, to] of [
      [PARAMETER_INDEX.outputGain, 0, -40],
      [PARAMETER_INDEX.inputGain, 0, -40],
      [PARAMETER_INDEX.bypass, 0, 1],
    ] as const) {
      const { stream, latencySamples } = prepared({ output: { outputGainDb: 6 } });
      const changes = [
        { sample: 0, parameter, value: from },
        { sample: 5000, parameter, value: to },
      ];
      const result = play(stream, track, equalBlocks(12_000, 777), changes)[0] as Float32Array;
      const steady = result.subarray(latencySamples + 1000);
      const step = steady.reduce(
        (top, sample, n) => Math.max(top, Math.abs(sample - (steady[n - 1] ?? sample))),
        0,
      );
      expect(Math.abs((steady[0] ?? 0) - (steady[steady.length - 1] ?? 0))).toBeGreaterThan(0.2);
      expect(step).toBeLessThan(0.0012);
    }
  });

  test('automation of a level begins with the sample it was drawn at', () => {
    const at = 3210;
    for (const [parameter, value] of [
      [PARAMETER_INDEX.outputGain, -12],
      [PARAMETER_INDEX.inputGain, -12],
      [PARAMETER_INDEX.dryWet, 0.25],
      [PARAMETER_INDEX.bypass, 1],
    ] as const) {
      const { stream, latencySamples } = prepared({ output: { outputGainDb: -3 } });
      // Without this the dry track would sound like the model.
      stream.setParameter(PARAMETER_INDEX.dryWet, 1);
      const model = parameter === PARAMETER_INDEX.dryWet ? new LatentModel() : new FakeModel();
      prepareMono(stream, model);
      stream.setHold(0, 0.1);
      const track = [new Float32Array(8000).fill(0.5)];
      const result = play(stream, track, equalBlocks(8000, 97), [
        { sample: at, parameter, value },
      ])[0] as Float32Array;
      const before = result[at + latencySamples - 1] ?? 0;
      expect(result[at + latencySamples - 700]).toBeCloseTo(before, 6);
      expect(Math.abs((result[at + latencySamples] ?? 0) - before)).toBeGreaterThan(1e-5);
      expect(before).toBeGreaterThan(0.05);
    }
  });
});

describe('running', () => {
  test('refuses what was not prepared for', () => {
    const stream = new Stream();
    const one = [new Float32Array(64)];
    expect(() => stream.process(one, one, 64, null)).toThrow(/not prepared/);
    const setup = { rate: 48_000, maxBlock: 64, channels: 2 as const, model: null, noise: streamNoise() };
    stream.prepare(setup);
    expect(() => stream.process(one, one, 64, null)).toThrow(RangeError);
    const two = [new Float32Array(64), new Float32Array(64)];
    expect(() => stream.process(two, two, 65, null)).toThrow(RangeError);
    expect(() => stream.process(two, two, 0, null)).toThrow(RangeError);
    for (const wrong of [{ rate: 22_049 }, { rate: 192_001 }, { rate: 44_100.5 }, { maxBlock: 8193 }]) {
      expect(() => stream.prepare({ ...setup, ...wrong })).toThrow(RangeError);
    }
    expect(() => stream.setParameter(PARAMETERS.length, 0)).toThrow(RangeError);
    expect(() => stream.setHold(MAX_LATENTS, 0)).toThrow(RangeError);
  });

  test('input that is not finite counts as silence', () => {
    const track = noiseTrack(4000, 0.4, 7);
    const clean = track.slice();
    for (const [n, value] of [
      [1000, NaN],
      [1001, Infinity],
      [2000, -Infinity],
    ] as const) {
      track[n] = value;
      clean[n] = 0;
    }
    const run = (input: Float32Array) => play(prepared().stream, [input], equalBlocks(4000, 250));
    expect(run(track)).toEqual(run(clean));
  });

  test('a snapshot has levels since the last one', () => {
    const { stream } = prepared({ channels: 2, output: { outputGainDb: 6, ceilingDb: -6 } });
    stream.setParameter(PARAMETER_INDEX.input, 0.1);
    stream.setParameter(PARAMETER_INDEX.input + 1, 0.9);
    stream.setHold(2, 1.5);
    stream.setMapping({
      evaluate: (inputs, latents) => {
        latents[3] = inputs[1] ?? 0;
      },
    });
    stream.setSteering({
      amount: 1,
      glideSeconds: 0,
      dimensions: Array.from({ length: 4 }, defaultDimension),
    });
    play(
      stream,
      [new Float32Array(4800).fill(0.5), new Float32Array(4800).fill(-0.25)],
      equalBlocks(4800, 480),
    );
    const seen = new StreamSnapshot();
    stream.snapshot(seen);
    expect(seen.latentDims).toBe(4);
    expect([...seen.inputs.subarray(0, 3)]).toEqual([Math.fround(0.1), Math.fround(0.9), 0.5]);
    expect([...seen.encoded.subarray(0, 2)]).toEqual([0.125, 8]);
    expect(seen.mapped[0]).toBeNaN();
    expect([seen.mapped[3], seen.decoded[3]]).toEqual([Math.fround(0.9), Math.fround(0.9)]);
    expect(seen.decoded[2]).toBe(1.5);
    expect([...seen.inputPeak]).toEqual([0.5, 0.25]);
    expect(seen.inputRms[1]).toBeCloseTo(0.25, 6);
    expect(seen.outputPeak[0]).toBeLessThanOrEqual(dbToGain(-6));
    expect(seen.gainReductionDb).toBeLessThanOrEqual(0);
    expect(seen.totalLoad).toBeGreaterThan(seen.modelLoad);
    stream.snapshot(seen);
    expect([...seen.inputPeak, seen.totalLoad, seen.modelLoad]).toEqual([0, 0, 0, 0]);
  });
});
