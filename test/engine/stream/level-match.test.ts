import fc from 'fast-check';
import { defaultOutput } from '../../../src/document/output.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { LevelMatch, MAX_MATCH_DB } from '../../../src/engine/stream/level-match.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { random } from '../audio/signals.js';
import { FakeModel, streamNoise } from './fakes.js';
import { equalBlocks, play, randomBlocks } from './play.js';

/** Low, so that long sounds are heard quickly. */
const RATE = 8000;
const STEP = RATE / 10;
const TRACK_RATE = 48_000;

const toDb = (gain: number) => 20 * Math.log10(gain);
const noise = (seconds: number, level: number, seed = 1, rate = RATE) => {
  const draw = random(seed);
  return Float32Array.from({ length: Math.round(seconds * rate) }, () => level * (2 * draw() - 1));
};
const sine = (seconds: number, frequency: number, level: number, rate: number) =>
  Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => level * Math.sin((2 * Math.PI * frequency * i) / rate),
  );
const scaled = (sound: Float32Array, gain: number) => sound.map((sample) => gain * sample);
function joined(...parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The gain at every sample. */
function gainsOf(
  match: LevelMatch,
  wet: readonly Float32Array[],
  dry: readonly Float32Array[],
  blocks: readonly number[] = equalBlocks(dry[0]?.length ?? 0, 512),
): Float64Array {
  const all = new Float64Array(dry[0]?.length ?? 0);
  let at = 0;
  for (const size of blocks) {
    const part = (channels: readonly Float32Array[]) =>
      channels.map((channel) => channel.subarray(at, at + size));
    const gains = new Float64Array(size);
    match.fill(part(wet), part(dry), gains, 0, size);
    all.set(gains, at);
    at += size;
  }
  return all;
}
const mono = (on = true) => new LevelMatch(RATE, 1, 1, on);
/** The gain after a sound, in dB. */
const reached = (wet: Float32Array, dry: Float32Array, match = mono()) =>
  toDb(gainsOf(match, [wet], [dry]).at(-1) ?? NaN);

describe('the match of levels', () => {
  it.each([
    [0.5, 6.02],
    [2, -6.02],
    [1, 0],
    [0.05, MAX_MATCH_DB],
    [20, -MAX_MATCH_DB],
  ])('brings a sound that is %p times the dry one to it, within its bounds', (gain, expected) => {
    const dry = noise(12, 0.1);
    expect(reached(scaled(dry, gain), dry)).toBeCloseTo(expected, 2);
  });

  it('weighs frequencies as they are heard', () => {
    // BS.1770’s weighting at 100 Hz is 1.1 dB below that at 997 Hz (0.0 dB with its offset of 0.691 dB).
    const tone = (frequency: number) => sine(12, frequency, 0.1, TRACK_RATE);
    const difference = reached(tone(100), tone(997), new LevelMatch(TRACK_RATE, 1, 1, true));
    expect(difference).toBeGreaterThan(1.6);
    expect(difference).toBeLessThan(2.1);
  });

  it('takes seconds, and never moves fast', () => {
    const dry = noise(8, 0.1);
    const gains = gainsOf(mono(), [scaled(dry, 0.3)], [dry]);
    const at = (seconds: number) => toDb(gains[Math.round(seconds * RATE)] ?? NaN);
    expect(at(0.39)).toBe(0);
    expect(at(1)).toBeGreaterThan(1);
    expect(at(1)).toBeLessThan(8);
    expect(at(6)).toBeGreaterThan(10);
    for (let i = STEP; i < gains.length; i += STEP)
      expect(Math.abs(toDb(gains[i] ?? NaN) - toDb(gains[i - STEP] ?? NaN))).toBeLessThan(1.2);
  });

  it('follows a step of the model’s level', () => {
    const dry = noise(20, 0.1);
    const wet = joined(scaled(dry.subarray(0, 10 * RATE), 0.5), scaled(dry.subarray(10 * RATE), 2));
    const gains = gainsOf(mono(), [wet], [dry]);
    expect(toDb(gains[10 * RATE - 1] ?? NaN)).toBeCloseTo(6.02, 2);
    expect(toDb(gains.at(-1) ?? NaN)).toBeCloseTo(-6.02, 1);
  });

  it('holds where either is silent, and where the track is no sound', () => {
    const dry = noise(6, 0.1);
    const quiet = new Float32Array(10 * RATE);
    const hiss = noise(10, 1e-4, 2);
    const broken = new Float32Array(RATE).fill(NaN);
    for (const [wet, then] of [
      [hiss, quiet],
      [quiet, noise(10, 0.1, 3)],
      [noise(1, 0.1), broken],
    ] as const) {
      const match = mono();
      const before = reached(scaled(dry, 0.5), dry, match);
      expect(before).toBeGreaterThan(5);
      // The last step that was heard is still being ramped to.
      const gains = gainsOf(match, [wet], [then]);
      expect(new Set(gains.subarray(2 * STEP)).size).toBe(1);
      expect(Math.abs(toDb(gains.at(-1) ?? NaN) - before)).toBeLessThan(0.1);
      expect(reached(scaled(dry, 0.5), dry, match)).toBeCloseTo(6.02, 1);
    }
  });

  it('hears a single wet channel on both sides', () => {
    const dry = [noise(12, 0.1, 1), noise(12, 0.1, 2)];
    const gains = gainsOf(new LevelMatch(RATE, 2, 1, true), [scaled(dry[0] ?? new Float32Array(), 0.5)], dry);
    expect(toDb(gains.at(-1) ?? NaN)).toBeCloseTo(6.02, 1);
  });

  it('does nothing while it is off, ends within a step, and begins anew', () => {
    const dry = noise(6, 0.1);
    const wet = scaled(dry, 0.25);
    const match = mono(false);
    expect(new Set(gainsOf(match, [wet], [dry]))).toEqual(new Set([1]));
    match.aim(true);
    const first = gainsOf(match, [wet], [dry]);
    match.aim(false);
    const ending = gainsOf(match, [wet.subarray(0, 2 * STEP)], [dry.subarray(0, 2 * STEP)]);
    expect([ending[0] !== 1, new Set(ending.subarray(STEP))]).toEqual([true, new Set([1])]);
    match.aim(true);
    expect(gainsOf(match, [wet], [dry])).toEqual(first);
  });

  // A model change played up to 12 dB off for a second, also where the same model came back with other settings.
  it('goes on from the gain of the model before, and is at the level of another within half a second', () => {
    const dry = noise(6, 0.1);
    const before = mono();
    expect(reached(scaled(dry, 0.5), dry, before)).toBeCloseTo(6, 0);
    const same = mono();
    same.carryOn(before);
    for (const gain of gainsOf(same, [scaled(dry, 0.5)], [dry])) expect(toDb(gain)).toBeCloseTo(6, 0);
    const other = mono();
    other.carryOn(before);
    const gains = gainsOf(other, [scaled(dry, 2)], [dry]);
    expect(toDb(gains[RATE / 10] ?? NaN)).toBeCloseTo(6, 0);
    expect(toDb(gains[RATE / 2] ?? NaN)).toBeCloseTo(-6, 0);
    // From a match that is off there is nothing to go on from.
    const anew = mono();
    anew.carryOn(mono(false));
    expect(gainsOf(anew, [scaled(dry, 2)], [dry])).toEqual(gainsOf(mono(), [scaled(dry, 2)], [dry]));
    other.restart();
    expect(gainsOf(other, [scaled(dry, 2)], [dry])).toEqual(gainsOf(mono(), [scaled(dry, 2)], [dry]));
  });

  it('stays within its bounds and does not depend on block sizes, whatever is heard', () => {
    const levels = fc.array(
      fc.tuple(fc.constantFrom(0, 1e-4, 0.01, 0.3, 8), fc.constantFrom(0, 0.02, 1, 30)),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(levels, fc.nat(1000), (parts, seed) => {
        const dry = joined(...parts.map(([level], i) => noise(0.7, level, seed + i + 1)));
        const wet = joined(...parts.map(([, level], i) => noise(0.7, level, seed + i + 50)));
        const whole = gainsOf(mono(), [wet], [dry], [dry.length]);
        expect(gainsOf(mono(), [wet], [dry], randomBlocks(dry.length, 3000, seed + 1))).toEqual(whole);
        for (const gain of whole)
          if (!(Math.abs(toDb(gain)) <= MAX_MATCH_DB + 1e-9)) throw new Error(`${gain}`);
      }),
      { numRuns: 20 },
    );
  });
});

/** Twice as loud. */
class LouderModel extends FakeModel {
  protected override sound(): void {
    super.sound();
    this.audioOut.forEach((sample, i) => (this.audioOut[i] = 2 * sample));
  }
}

describe('a stream with matched levels', () => {
  const prepared = (output: Parameters<Stream['setOutput']>[0]) => {
    const stream = new Stream();
    stream.setOutput(output);
    const model = new FakeModel({ hop: 512, delaySamples: 300 });
    const { latencySamples } = stream.prepare({
      rate: TRACK_RATE,
      maxBlock: 8192,
      channels: 1,
      model,
      noise: streamNoise(),
    });
    return { stream, latencySamples };
  };
  const quietModel = { ...defaultOutput(), ceilingDb: 0, inputGainDb: -9 };

  it('plays the model as loud as the track, before the ceiling', () => {
    const { stream, latencySamples } = prepared({ ...quietModel, matchLevel: true });
    const track = noise(12, 0.1, 1, TRACK_RATE);
    const [out = new Float32Array()] = play(stream, [track], equalBlocks(track.length, 441));
    const from = 11 * TRACK_RATE;
    for (let i = from; i < from + 500; i += 1)
      expect(out[i]).toBeCloseTo(track[i - latencySamples] ?? NaN, 3);
    const low = prepared({ ...quietModel, ceilingDb: -24, matchLevel: true });
    const [limited = new Float32Array()] = play(
      low.stream,
      [scaled(track, 5)],
      equalBlocks(track.length, 512),
    );
    const peak = limited.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeLessThanOrEqual(10 ** (-24 / 20) + 1e-6);
  });

  // The measure of a burst against the pause before it would move the gain.
  it('compares what belongs together', () => {
    const { stream } = prepared({ ...quietModel, inputGainDb: 0, matchLevel: true });
    const track = joined(
      ...Array.from({ length: 40 }, (_, i) => noise(0.15, i % 2 === 0 ? 0.3 : 0.003, i + 1, TRACK_RATE)),
    );
    const [out = new Float32Array()] = play(stream, [track], equalBlocks(track.length, 512));
    const plain = prepared({ ...quietModel, inputGainDb: 0 });
    const [unmatched = new Float32Array()] = play(plain.stream, [track], equalBlocks(track.length, 512));
    out.forEach((sample, i) => {
      if (Math.abs(sample - (unmatched[i] ?? NaN)) > 2e-3) throw new Error(`sample ${i}`);
    });
  });

  it('goes on through a change of the model, and is soon at the level of the other', () => {
    const { stream } = prepared({ ...quietModel, matchLevel: true });
    const track = noise(8, 0.1, 1, TRACK_RATE);
    const blocks = equalBlocks(track.length, 512);
    play(stream, [track], blocks);
    // The settings ask for a model of 9 dB less; this one is 6 dB louder than that.
    const louder = new LouderModel({ hop: 512, delaySamples: 300 });
    const { latencySamples } = stream.exchange(louder, streamNoise());
    const [out = new Float32Array()] = play(stream, [track], blocks);
    const levelAt = (seconds: number) => {
      const from = Math.round(seconds * TRACK_RATE);
      const power = (sound: Float32Array) => sound.reduce((sum, sample) => sum + sample * sample, 0);
      const length = TRACK_RATE / 10;
      const heard = power(out.subarray(from, from + length));
      return (
        10 * Math.log10(heard / power(track.subarray(from - latencySamples, from - latencySamples + length)))
      );
    };
    expect(levelAt(0.1)).toBeGreaterThan(4);
    for (let seconds = 0.6; seconds < 7; seconds += 0.1) expect(Math.abs(levelAt(seconds))).toBeLessThan(0.7);
  });

  it('is bit-identical for any block sizes, switched by automation', () => {
    const track = noise(4, 0.1, 1, TRACK_RATE);
    const { matchLevel } = PARAMETER_INDEX;
    const changes = [
      { sample: 30_001, parameter: matchLevel, value: 1 },
      { sample: 130_007, parameter: matchLevel, value: 0 },
      { sample: 150_011, parameter: matchLevel, value: 1 },
    ];
    const render = (blocks: number[]) => play(prepared(quietModel).stream, [track], blocks, changes)[0];
    const whole = render(equalBlocks(track.length, 512));
    expect(render(randomBlocks(track.length, 5000, 3))).toEqual(whole);
    const plain = play(prepared(quietModel).stream, [track], equalBlocks(track.length, 512))[0];
    expect(whole?.subarray(0, 30_001)).toEqual(plain?.subarray(0, 30_001));
    expect(whole).not.toEqual(plain);
  });
});
