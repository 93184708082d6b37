import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultOutput, type Output } from '../../../src/document/output.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { REST_SECONDS } from '../../../src/engine/stream/model-rest.js';
import { StreamSnapshot } from '../../../src/engine/stream/telemetry.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { FakeModel, LatentModel, streamNoise } from './fakes.js';
import { equalBlocks, noiseTrack, play, randomBlocks, type TimedChange } from './play.js';

const RATE = 22_050;
const BLOCK = 1000;
/** Of 512 samples at the model's rate. */
const CALL_SECONDS = 512 / RATE;
const REST_CALLS = Math.ceil(REST_SECONDS / CALL_SECONDS);
const SHAPE = { sampleRate: RATE, delaySamples: 700 };

const samplesOf = (seconds: number) => Math.round(seconds * RATE);

interface Played {
  readonly model: FakeModel;
  readonly stream: Stream;
  readonly audio: Float32Array;
}

interface Options {
  readonly model?: FakeModel;
  readonly offline?: boolean;
  readonly output?: Partial<Output>;
  readonly changes?: readonly TimedChange[];
  readonly blocks?: readonly number[];
}

function playThrough(track: Float32Array, options: Options = {}): Played {
  const { model = new FakeModel(SHAPE), offline = false, output = {}, changes = [] } = options;
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ...output });
  stream.prepare({ rate: RATE, maxBlock: 8192, channels: 1, model, noise: streamNoise() });
  stream.setOffline(offline);
  const blocks = options.blocks ?? equalBlocks(track.length, BLOCK);
  const [audio = new Float32Array(0)] = play(stream, [track], blocks, changes);
  return { model, stream, audio };
}

/** Sound and silence in turn, in seconds, the first one sound. */
function tracked(seconds: readonly number[], seed: number, silence = 0): Float32Array {
  const parts = seconds.map((length, i) =>
    noiseTrack(samplesOf(length), i % 2 === 0 ? 0.5 : silence, seed + i),
  );
  const track = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    track.set(part, at);
    at += part.length;
  }
  return track;
}

/** Much faster than `toEqual` for so many samples. */
const sameBits = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

const isResting = (stream: Stream) => {
  const snapshot = new StreamSnapshot();
  stream.snapshot(snapshot);
  return snapshot.modelRests;
};

test('a model whose state rests in silence gives the bits of one that is always called', () => {
  let rested = 0;
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 14, noNaN: true }), { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 1, max: 1000 }),
      (seconds, seed) => {
        const track = tracked(seconds, seed);
        const blocks = randomBlocks(track.length, 4000, seed);
        const always = playThrough(track, { offline: true });
        const live = playThrough(track, { blocks });
        expect(sameBits(live.audio, always.audio)).toBe(true);
        expect(live.model.calls).toBeLessThanOrEqual(always.model.calls);
        if (live.model.calls < always.model.calls) rested += 1;
      },
    ),
    { numRuns: 6, examples: [[[0.3, 12, 0.3, 11], 1]] },
  );
  expect(rested).toBeGreaterThan(0);
});

test('it rests after ten seconds, and not before', () => {
  const before = playThrough(tracked([1, REST_SECONDS - 0.2], 1));
  expect(isResting(before.stream)).toBe(false);
  expect(before.model.calls).toBe(Math.floor((REST_SECONDS + 0.8) / CALL_SECONDS));
  const after = playThrough(tracked([1, REST_SECONDS + 5], 1));
  expect(isResting(after.stream)).toBe(true);
  // The model's delay is sound, too.
  expect(Math.abs(after.model.calls - (REST_CALLS + (1 + 700 / RATE) / CALL_SECONDS))).toBeLessThan(2);
});

test('noise below −100 dBFS is silence, what is heard above it is not', () => {
  expect(isResting(playThrough(tracked([0.1, 12], 1, 0.9e-5)).stream)).toBe(true);
  expect(isResting(playThrough(tracked([0.1, 12], 1, 2e-5)).stream)).toBe(false);
  expect(isResting(playThrough(tracked([0.1, 12], 1, 0.9e-5), { output: { outputGainDb: 12 } }).stream)).toBe(
    false,
  );
  // The match of the level may raise it.
  expect(isResting(playThrough(tracked([0.1, 12], 1, 0.9e-5), { output: { matchLevel: true } }).stream)).toBe(
    false,
  );
  expect(isResting(playThrough(tracked([0.1, 12], 1, 1e-6), { output: { matchLevel: true } }).stream)).toBe(
    true,
  );
});

test('an offline render never rests', () => {
  const track = tracked([0.1, 15], 1);
  const { model, stream } = playThrough(track, { offline: true });
  expect(model.calls).toBe(Math.floor(track.length / 512));
  expect(isResting(stream)).toBe(false);
});

test('a sound that begins is heard from its first sample on, and a moved control at once', () => {
  const changes = [{ sample: samplesOf(13), parameter: PARAMETER_INDEX.offset, value: 0.5 }];
  /** Silent until its first latent is moved. */
  const moved = (offline: boolean) => {
    const model = new LatentModel({ sampleRate: RATE });
    const stream = new Stream();
    stream.prepare({ rate: RATE, maxBlock: 8192, channels: 1, model, noise: streamNoise() });
    stream.setOffline(offline);
    const silence = new Float32Array(samplesOf(12));
    play(stream, [silence], equalBlocks(silence.length, BLOCK));
    expect(isResting(stream)).toBe(!offline);
    stream.setHold(0, 0.25);
    const [audio] = play(stream, [new Float32Array(samplesOf(1))], equalBlocks(samplesOf(1), BLOCK));
    expect(isResting(stream)).toBe(false);
    return audio ?? new Float32Array(0);
  };
  const [live, always] = [moved(false), moved(true)];
  expect(live.some((sample) => sample !== 0)).toBe(true);
  expect(sameBits(live, always)).toBe(true);
  const track = tracked([0.2, 12.8, 1], 1);
  const rested = playThrough(track, { changes });
  expect(rested.model.calls).toBeLessThan(Math.floor(track.length / 512));
  expect(sameBits(rested.audio, playThrough(track, { changes, offline: true }).audio)).toBe(true);
});

test('it rests while it is bypassed, and begins from an empty state without a click when it is heard again', () => {
  const seconds = 13;
  const track = Float32Array.from({ length: samplesOf(seconds + 1) }, (_, n) => 0.5 * Math.sin(0.02 * n));
  const model = new FakeModel({ sampleRate: RATE });
  const { audio, stream } = playThrough(track, {
    model,
    changes: [
      { sample: samplesOf(1), parameter: PARAMETER_INDEX.bypass, value: 1 },
      { sample: samplesOf(seconds), parameter: PARAMETER_INDEX.bypass, value: 0 },
    ],
  });
  expect(model.resets).toBe(2);
  expect(model.calls).toBeLessThan(2 / CALL_SECONDS);
  const { latencySamples } = stream;
  // The model passes its input on: but for the fade, the sound is the track.
  let largest = 0;
  for (let n = latencySamples + 1; n < audio.length; n += 1)
    largest = Math.max(largest, Math.abs((audio[n] ?? 0) - (audio[n - 1] ?? 0)));
  expect(largest).toBeLessThan(0.5 * 0.02 * 1.5);
  const end = audio.length - samplesOf(0.3);
  for (let n = end; n < audio.length; n += 1) expect(audio[n]).toBeCloseTo(track[n - latencySamples] ?? 0, 4);
});

test('a bypass that comes and goes lets it play on', () => {
  const track = tracked([13], 1);
  const { model } = playThrough(track, {
    changes: [
      { sample: samplesOf(1), parameter: PARAMETER_INDEX.bypass, value: 1 },
      { sample: samplesOf(8), parameter: PARAMETER_INDEX.bypass, value: 0 },
      { sample: samplesOf(8) + 1, parameter: PARAMETER_INDEX.bypass, value: 1 },
    ],
  });
  expect(model.calls).toBe(Math.floor(track.length / 512));
});
