import fc from 'fast-check';
import { AUDIO_DESCRIPTORS, DESCRIPTOR_SCALES } from '../../../src/document/audio-descriptors.js';
import { DescriptorMeter } from '../../../src/engine/descriptors/descriptors.js';
import { loudnessLufs } from '../../../src/engine/descriptors/loudness.js';
import { Followers, type AudioSource } from '../../../src/engine/follow/followers.js';
import { random } from '../audio/signals.js';

const RATE = 16_000;
const HOP = 160;
const FRAMES_PER_SECOND = RATE / HOP;

const sourceOf = (change: Partial<AudioSource>): AudioSource => ({
  ...{ kind: 'audio', descriptor: 'loudness', attackMilliseconds: 0, releaseMilliseconds: 0, heard: null },
  ...change,
});

/** Positions of inputs that follow `audio` with these sources, [frame][source], in calls of `frames` latent frames. */
function positions(audio: Float32Array, sources: readonly AudioSource[], frames = 1): number[][] {
  const followers = new Followers({ sampleRate: RATE, hop: HOP, frames, batch: 1, inputChannels: 1 });
  const followed = sources.map((source, index) => ({ index, source }));
  const result: number[][] = [];
  for (let at = 0; at + frames * HOP <= audio.length; at += frames * HOP) {
    followers.hear(audio.subarray(at, at + frames * HOP), followed);
    for (let j = 0; j < frames; j += 1) result.push(sources.map((_, i) => followers.positionAt(j, i)));
  }
  return result;
}

/** Frozen ranges of each descriptor. */
const RANGES: Readonly<Record<AudioSource['descriptor'], readonly [number, number]>> = {
  ...{ loudness: [-60, 0], brightness: [100, 6400], noisiness: [0, 1], onset: [0, 10], pitch: [50, 2000] },
};

const seconds = (length: number, sample: (n: number) => number) =>
  Float32Array.from({ length: Math.round(length * RATE) }, (_, n) => sample(n));
const tone =
  (hz: number, amplitude = 0.3) =>
  (n: number) =>
    amplitude * Math.sin((2 * Math.PI * hz * n) / RATE);
function noiseOf(seed: number, amplitude = 0.3): () => number {
  const draw = random(seed);
  return () => amplitude * (2 * draw() - 1);
}

/** Bursts of noise and tones of random length and level, some of them silent. */
function sound(length: number, seed: number): Float32Array {
  const draw = random(seed);
  const noise = noiseOf(seed + 1, 1);
  const audio = new Float32Array(Math.round(length * RATE));
  for (let at = 0; at < audio.length;) {
    const end = Math.min(audio.length, at + Math.round((0.05 + 0.3 * draw()) * RATE));
    const level = draw() < 0.2 ? 0 : 10 ** (-2 * draw());
    const voice = draw() < 0.5 ? noise : tone(80 * 2 ** (4 * draw()), 1);
    for (; at < end; at += 1) audio[at] = 0.5 * level * voice(at);
  }
  return audio;
}

describe('an input that follows the audio', () => {
  it('is the loudness of its latent frame in a frozen range, smoothed by attack and release', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        (seed, attackMilliseconds, releaseMilliseconds) => {
          const audio = sound(1, seed);
          const source = sourceOf({ heard: [-50, -10], attackMilliseconds, releaseMilliseconds });
          let expected = NaN;
          positions(audio, [source]).forEach(([position = NaN], frame) => {
            // The mean over two latent frames: 20 ms.
            const heard = audio.subarray(0, (frame + 1) * HOP);
            const padded = Float32Array.from([...new Float32Array(HOP), ...heard]);
            const lufs = loudnessLufs(padded, RATE, frame * HOP);
            const target = Math.min(1, Math.max(0, (lufs + 50) / 40));
            const time = target > expected ? attackMilliseconds : releaseMilliseconds;
            const rest = time > 0 ? Math.exp(-1000 / FRAMES_PER_SECOND / time) : 0;
            expected = frame === 0 ? target : target + rest * (expected - target);
            expect(position).toBeCloseTo(expected, 9);
          });
        },
      ),
      { numRuns: 5 },
    );
  });

  it('tells dark from bright, tones from noise, low from high', () => {
    const dark = seconds(1, tone(200));
    const bright = seconds(1, tone(3200));
    const noise = seconds(1, noiseOf(3));
    const last = (audio: Float32Array, change: Partial<AudioSource>) =>
      positions(audio, [sourceOf(change)]).at(-1)?.[0] ?? NaN;
    // Of the octaves from 100 to 6400 Hz, one and five of six.
    const brightness = { descriptor: 'brightness', heard: [100, 6400] } satisfies Partial<AudioSource>;
    expect(last(dark, brightness)).toBeCloseTo(1 / 6, 2);
    expect(last(bright, brightness)).toBeCloseTo(5 / 6, 2);
    const noisiness = { descriptor: 'noisiness', heard: [0, 1] } satisfies Partial<AudioSource>;
    expect(last(dark, noisiness)).toBeLessThan(0.1);
    expect(last(noise, noisiness)).toBeGreaterThan(0.7);
    const meter = new DescriptorMeter(RATE);
    expect(Math.abs(last(noise, noisiness) - meter.measure(noise).noisiness)).toBeLessThan(0.25);
    const pitch = { descriptor: 'pitch', heard: [100, 1600] } satisfies Partial<AudioSource>;
    for (const hz of [110, 220, 440, 880])
      expect(last(seconds(0.5, tone(hz)), pitch)).toBeCloseTo(Math.log2(hz / 100) / 4, 2);
  });

  // It compared the sound with what it had heard last, before the pause.
  it('takes nothing for an onset or another sound when it follows again after a while', () => {
    const quiet = seconds(1, tone(200, 0.01));
    const loud = seconds(1, tone(3200));
    const sources = AUDIO_DESCRIPTORS.map((descriptor) =>
      sourceOf({ descriptor, heard: [...RANGES[descriptor]] }),
    );
    const followed = sources.map((source, index) => ({ index, source }));
    for (const frames of [1, 3]) {
      const shape = { sampleRate: RATE, hop: HOP, frames, batch: 1, inputChannels: 1 };
      const pausing = new Followers(shape);
      const always = new Followers(shape);
      const play = (audio: Float32Array, others: typeof followed, visit: () => void) => {
        for (let at = 0; at + frames * HOP <= audio.length; at += frames * HOP) {
          const call = audio.subarray(at, at + frames * HOP);
          pausing.hear(call, others);
          always.hear(call, followed);
          visit();
        }
      };
      play(quiet, followed, () => undefined);
      play(loud, [], () => undefined);
      play(loud, followed, () => {
        for (let j = 0; j < frames; j += 1)
          for (const { index } of followed)
            expect(pausing.positionAt(j, index)).toBeCloseTo(always.positionAt(j, index), 1);
      });
    }
  });

  it('has a peak where a sound begins, and none where it goes on', () => {
    const audio = seconds(2, (n) => (n >= RATE ? tone(440)(n) + tone(1320)(n) : 0));
    const played = positions(audio, [sourceOf({ descriptor: 'onset', heard: [0.5, 5] })]).map(
      ([one]) => one ?? NaN,
    );
    const first = played.findIndex((position) => position > 0.5);
    // The latent frame in which it begins is the hundredth; a spectrum of 64 ms sees it when it has some of it.
    expect(first).toBeGreaterThanOrEqual(100);
    expect(first).toBeLessThanOrEqual(103);
    expect(Math.max(...played.slice(112))).toBe(0);
    expect(Math.max(...played.slice(0, 100))).toBe(0);
  });

  it('hears nothing before it is there', () => {
    const sources = AUDIO_DESCRIPTORS.map((descriptor) => sourceOf({ descriptor }));
    const one = sound(3, 5);
    const other = one.slice();
    other.set(sound(1, 99), 2 * RATE);
    const until = (audio: Float32Array) => positions(audio, sources).slice(0, 2 * FRAMES_PER_SECOND);
    expect(until(other)).toEqual(until(one));
    expect(positions(other, sources)).not.toEqual(positions(one, sources));
  });

  it('stays where it is in silence; loudness and onset fall', () => {
    const audio = seconds(3, (n) => (n < 2 * RATE ? tone(700)(n) : 0));
    const sources = AUDIO_DESCRIPTORS.map((descriptor) => sourceOf({ descriptor, releaseMilliseconds: 50 }));
    const played = positions(audio, sources);
    const at = (second: number) => played[Math.round(second * FRAMES_PER_SECOND) - 1] ?? [];
    const [loudness, brightness, noisiness, onset, pitch] = at(3);
    expect(loudness).toBeLessThan(0.001);
    expect(onset).toBeLessThan(0.001);
    // The end of the tone is heard, too.
    const [, ...settled] = at(2.2);
    expect([brightness, noisiness, pitch]).toEqual([settled[0], settled[1], settled[3]]);
    expect(pitch).toBeCloseTo(at(2)[4] ?? NaN, 1);
  });

  it('keeps its pitch while there is none', () => {
    const noise = noiseOf(8);
    const audio = seconds(2, (n) => (n < RATE ? tone(440)(n) : noise()));
    const [source] = [sourceOf({ descriptor: 'pitch', heard: [100, 1600] })];
    const played = positions(audio, [source]).map(([position]) => position);
    expect(played.at(-1)).toBeCloseTo(played[90] ?? NaN, 2);
  });

  it('is finite and within 0 and 1, whatever comes', () => {
    const sample = fc.oneof(
      fc.constantFrom(0, 1, -1, 1e-40, 3e38, -3e38, Infinity, NaN),
      fc.float({ noNaN: true }),
    );
    const sources = AUDIO_DESCRIPTORS.map((descriptor) => sourceOf({ descriptor, attackMilliseconds: 5 }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(sample, fc.integer({ min: 1, max: 3 * HOP })), { maxLength: 12 }),
        (runs) => {
          const audio = Float32Array.from([
            ...runs.flatMap(([value, count]) => new Array<number>(count).fill(value)),
            ...seconds(1, tone(300)),
          ]);
          const played = positions(audio, sources);
          for (const position of played.flat()) {
            expect(position).toBeGreaterThanOrEqual(0);
            expect(position).toBeLessThanOrEqual(1);
          }
          // It hears again afterwards.
          expect(played.at(-1)?.[4]).not.toBe(0.5);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('has a range within its scale, that what it hears fills', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const followers = new Followers({
          sampleRate: RATE,
          hop: HOP,
          frames: 1,
          batch: 1,
          inputChannels: 1,
        });
        const followed = AUDIO_DESCRIPTORS.map((descriptor, index) => ({
          index,
          source: sourceOf({ descriptor }),
        }));
        const audio = sound(12, seed);
        const seen = followed.map(() => [1, 0]);
        for (let at = 0; at < audio.length; at += HOP) {
          followers.hear(audio.subarray(at, at + HOP), followed);
          if (at < 2 * RATE) continue;
          followed.forEach(({ index }) => {
            const position = followers.positionAt(0, index);
            seen[index] = [
              Math.min(seen[index]?.[0] ?? 1, position),
              Math.max(seen[index]?.[1] ?? 0, position),
            ];
          });
        }
        for (const { index, source } of followed) {
          const { low, high } = DESCRIPTOR_SCALES[source.descriptor];
          expect(followers.lowOf(source)).toBeGreaterThanOrEqual(low * (1 - 1e-9) - 1e-9);
          expect(followers.highOf(source)).toBeLessThanOrEqual(high * (1 + 1e-9) + 1e-9);
          expect((seen[index]?.[1] ?? 0) - (seen[index]?.[0] ?? 1)).toBeGreaterThan(0.8);
        }
      }),
      { numRuns: 4 },
    );
  });

  it('does not depend on the latent frames of a call', () => {
    const audio = sound(4, 21);
    const sources = AUDIO_DESCRIPTORS.map((descriptor) => sourceOf({ descriptor, releaseMilliseconds: 90 }));
    expect(positions(audio, sources, 4)).toEqual(positions(audio, sources));
  });

  it('is the same from the middle on, once the range and the filters have settled', () => {
    const audio = sound(40, 2);
    // Less than half of the sound has a pitch: its range settles later.
    const sources = AUDIO_DESCRIPTORS.map((descriptor) => {
      const heard: AudioSource['heard'] = descriptor === 'pitch' ? [100, 1000] : null;
      return sourceOf({ descriptor, heard, attackMilliseconds: 30, releaseMilliseconds: 100 });
    });
    const whole = positions(audio, sources);
    const from = 5 * FRAMES_PER_SECOND;
    const later = positions(audio.subarray(from * HOP), sources);
    // Twenty seconds of sound are remembered, and a fifth of it is silent.
    for (let frame = 30 * FRAMES_PER_SECOND; frame < later.length; frame += 1)
      later[frame]?.forEach((position, i) =>
        expect(position).toBeCloseTo(whole[frame + from]?.[i] ?? NaN, 9),
      );
  });
});
