import { describe, expect, test } from '@jest/globals';
import { type Output, defaultOutput } from '../../../src/document/output.js';
import type { ModelShape } from '../../../src/engine/model/run/running-model.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { StreamSnapshot } from '../../../src/engine/stream/telemetry.js';
import { FailingModel, type Failure, FakeModel } from './fakes.js';
import { equalBlocks, play, randomBlocks, prepareMono } from './play.js';

const FAILURES: Exclude<Failure, 'nan-latent'>[] = [
  'throw-encode',
  'throw-decode',
  'nan-audio',
  'inf-audio',
  'huge-audio',
];
const KIND = {
  'throw-encode': 'exceptions',
  'throw-decode': 'exceptions',
  'nan-audio': 'audio',
  'inf-audio': 'audio',
  'huge-audio': 'audio',
} as const;
const LENGTH = 24_000;
const HOP = 512;
const RAMP = 480;

/** The dry track is a constant, the model adds 0.2 to it: the level that is heard shows which of the two plays. */
class Brighter extends FailingModel {
  protected override sound(): void {
    super.sound();
    for (let i = 0; i < this.audioOut.length; i += 1) this.audioOut[i] = (this.audioOut[i] ?? 0) + 0.2;
  }
}

const DRY = 0.3;
const WET = 0.5;

function run(
  failure: Failure,
  failing: (call: number) => boolean,
  {
    output = {},
    shape = {},
    rate = 48_000,
  }: { output?: Partial<Output>; shape?: Partial<ModelShape>; rate?: number } = {},
) {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ...output });
  const model = new Brighter(failure, failing, { hop: HOP, ...shape });
  const latencySamples = prepareMono(stream, model, rate);
  const result = play(
    stream,
    [new Float32Array(LENGTH).fill(DRY)],
    equalBlocks(LENGTH, 200),
  )[0] as Float32Array;
  // Call c is heard from here on.
  const heardFrom = (call: number) => Math.round((call * HOP * rate) / 48_000) + latencySamples;
  return { stream, model, result, heardFrom, latencySamples };
}

/** Largest step between two samples once the track has begun to sound. */
const largestStep = (signal: Float32Array, from: number): number =>
  signal.reduce(
    (step, sample, n) => (n <= from ? step : Math.max(step, Math.abs(sample - (signal[n - 1] ?? 0)))),
    0,
  );

describe.each(FAILURES)('%s', (failure) => {
  test('once: crossfades to the aligned dry track and back, counted, the model’s state emptied', () => {
    const { stream, model, result, heardFrom } = run(failure, (call) => call === 10);
    expect(result.every(Number.isFinite)).toBe(true);
    expect(result[heardFrom(10) - 1]).toBeCloseTo(WET, 5);
    expect(result[heardFrom(10) + RAMP]).toBeCloseTo(DRY, 5);
    expect(result[heardFrom(11)]).toBeCloseTo(DRY, 2);
    expect(result[heardFrom(11) + RAMP + 20]).toBeCloseTo(WET, 5);
    expect(largestStep(result, heardFrom(4))).toBeLessThan(0.004);
    expect(stream.faults).toEqual({ exceptions: 0, latents: 0, audio: 0, [KIND[failure]]: 1 });
    expect(model.resets).toBeGreaterThanOrEqual(2);
    const seen = new StreamSnapshot();
    stream.snapshot(seen);
    expect(seen.faults).toBe(1);
  });

  test('in every call: the dry track plays on, at the same latency', () => {
    const { stream, result, heardFrom, latencySamples } = run(failure, (call) => call >= 5);
    expect(result.subarray(heardFrom(5) + RAMP).every((sample) => Math.abs(sample - DRY) < 1e-6)).toBe(true);
    expect(stream.latencySamples).toBe(latencySamples);
    expect(stream.faults?.[KIND[failure]]).toBeGreaterThan(30);
  });

  test('to silence, where that is wanted', () => {
    const { result, heardFrom } = run(failure, (call) => call >= 5, { output: { onFault: 'silence' } });
    expect(result.subarray(heardFrom(5) + RAMP).every((sample) => Math.abs(sample) < 1e-6)).toBe(true);
    expect(largestStep(result, heardFrom(3))).toBeLessThan(0.004);
  });

  test('through a resampler, in calls of several frames', () => {
    const { result, heardFrom } = run(failure, (call) => call === 3, {
      shape: { frames: 4, hop: HOP / 4 },
      rate: 44_100,
    });
    const middle = heardFrom(3) + RAMP;
    expect(result.every(Number.isFinite)).toBe(true);
    expect(result[heardFrom(3) - 100]).toBeCloseTo(WET, 4);
    expect(Math.abs((result[Math.min(middle, heardFrom(4) - 10)] ?? 0) - DRY)).toBeLessThan(0.02);
    expect(result[heardFrom(4) + RAMP + 100]).toBeCloseTo(WET, 4);
  });
});

test('old audio is never repeated: after a fault only the dry track and what fades out are heard', () => {
  const stream = new Stream();
  const model = new FailingModel('throw-decode', (call) => call >= 10, { hop: HOP });
  const latencySamples = prepareMono(stream, model);
  const track = Float32Array.from({ length: 12_000 }, (_, n) => 0.3 * Math.sin(0.05 * n * (1 + n / 12_000)));
  const result = play(stream, [track], randomBlocks(12_000, 900, 3))[0] as Float32Array;
  const from = 10 * HOP + RAMP;
  const dry = track.subarray(from, 12_000 - latencySamples);
  const worst = dry.reduce(
    (error, sample, n) => Math.max(error, Math.abs(sample - (result[from + latencySamples + n] ?? NaN))),
    0,
  );
  expect(worst).toBeLessThan(1e-6);
  // In between: the last sample that was good, fading in 5 ms, under a crossfade of 10 ms to the dry track.
  const last = track[10 * HOP - 1] ?? NaN;
  for (let k = 0; k < RAMP; k += 1) {
    const failed = (k + 1) / RAMP;
    const fade = k < 240 ? 0.5 * (1 + Math.cos((Math.PI * k) / 240)) : 0;
    const expected = (track[10 * HOP + k] ?? NaN) * failed + last * fade * (1 - failed);
    expect(result[10 * HOP + k + latencySamples]).toBeCloseTo(expected, 5);
  }
});

test('a mapping that gives infinities never reaches the decoder', () => {
  const stream = new Stream();
  const model = new FakeModel({ hop: HOP });
  prepareMono(stream, model, 48_000, 512);
  stream.setMapping({ evaluate: (_, latents) => void latents.fill(Infinity) });
  play(stream, [new Float32Array(2048)], equalBlocks(2048, 512));
  expect(model.latents.every(Number.isFinite)).toBe(true);
});

test('a model that cannot even be reset does no harm', () => {
  class Broken extends FailingModel {
    override reset(): void {
      if (this.life > 0) throw new Error('the session is gone');
    }
  }
  const stream = new Stream();
  const model = new Broken('throw-encode', (call) => call >= 2, { hop: HOP });
  prepareMono(stream, model, 48_000, 512);
  const result = play(stream, [new Float32Array(6000).fill(DRY)], equalBlocks(6000, 512))[0] as Float32Array;
  expect(result[5999]).toBeCloseTo(DRY, 6);
  expect((stream.lastError as Error).message).toBe('the session is gone');
});

describe('an encoder that gives no numbers', () => {
  test('in one call: 0 is played in their place, nothing is emptied and nothing counted', () => {
    const { stream, model, result, heardFrom } = run('nan-latent', (call) => call === 10);
    expect(result.subarray(heardFrom(4)).every((sample) => Math.abs(sample - WET) < 1e-5)).toBe(true);
    expect(stream.faults).toEqual({ exceptions: 0, latents: 0, audio: 0 });
    expect(model.resets).toBe(1);
    expect(model.latents.every(Number.isFinite)).toBe(true);
  });

  test('in every call with sound: the dry track replaces it, and the state is emptied now and then', () => {
    const { stream, model, result, heardFrom } = run('nan-latent', (call) => call >= 5);
    expect(result.subarray(heardFrom(13) + RAMP).every((sample) => Math.abs(sample - DRY) < 1e-6)).toBe(true);
    expect(stream.faults?.latents).toBeGreaterThan(20);
    expect(model.resets).toBeGreaterThan(2);
  });

  // Every answer to silence was a fault, which emptied the model: nothing was ever played.
  test('as a spherical one without biases does for silence: silence is no fault, and the sound after it is played', () => {
    const length = 40 * HOP;
    const track = new Float32Array(length).fill(0, 0, 20 * HOP).fill(DRY, 20 * HOP);
    const stream = new Stream();
    const model = new Spherical({ hop: HOP });
    const latencySamples = prepareMono(stream, model, 48_000, HOP);
    const result = play(stream, [track], equalBlocks(length, HOP))[0] as Float32Array;
    expect(stream.faults).toEqual({ exceptions: 0, latents: 0, audio: 0 });
    const heard = result.subarray(latencySamples);
    expect(heard.subarray(0, 20 * HOP).every((sample) => sample === 0)).toBe(true);
    expect(heard[30 * HOP]).toBeCloseTo(DRY, 6);
    expect(model.resets).toBe(1);
  });
});

/** Normalises its latents: silence is 0 / 0. */
class Spherical extends FakeModel {
  override encode(): void {
    for (let i = 0; i < this.encoded.length; i += 1) {
      const value = this.audioIn[0] ?? 0;
      this.encoded[i] = value / Math.abs(value);
    }
  }
}

// Emptied after each fault, it gave its first sound again and again.
test('a decoder that gives no number from an empty state plays from its second call on', () => {
  const stream = new Stream();
  const model = new EmptyStart({ hop: HOP });
  prepareMono(stream, model, 48_000, HOP);
  const result = play(
    stream,
    [new Float32Array(12_000).fill(DRY)],
    equalBlocks(12_000, HOP),
  )[0] as Float32Array;
  expect(stream.faults).toEqual({ exceptions: 0, latents: 0, audio: 1 });
  expect(result[11_999]).toBeCloseTo(WET, 5);
});

class EmptyStart extends FakeModel {
  protected override sound(): void {
    super.sound();
    const added = this.calls === 0 ? NaN : WET - DRY;
    for (let i = 0; i < this.audioOut.length; i += 1) this.audioOut[i] = (this.audioOut[i] ?? 0) + added;
  }
}
