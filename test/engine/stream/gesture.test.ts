import { describe, expect, test } from '@jest/globals';
import { defaultOutput } from '../../../src/document/output.js';
import type { ModelShape } from '../../../src/engine/model/run/running-model.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import type { StreamSetup } from '../../../src/engine/stream/pipeline.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { FailingModel, FakeModel, LatentModel, NoisyModel, streamNoise } from './fakes.js';
import { equalBlocks, noiseTrack, play, randomBlocks } from './play.js';

const RATE = 48_000;
/** Of the limiter, which every sound waits for. */
const LOOKAHEAD = 71;

/** A stream whose first offset is what latent 0 is, without a ceiling in the way. */
function prepared(
  model: FakeModel,
  setup: Partial<StreamSetup> = {},
): { stream: Stream; latencySamples: number } {
  const stream = new Stream();
  stream.setOutput({ ...defaultOutput(), ceilingDb: 0 });
  stream.setSteering({ amount: 1, glideSeconds: 0, dimensions: [defaultDimension(), defaultDimension()] });
  const { latencySamples } = stream.prepare({
    rate: RATE,
    maxBlock: 8192,
    channels: 1,
    model,
    noise: streamNoise(),
    redecodeCpuShare: Infinity,
    ...setup,
  });
  return { stream, latencySamples };
}

const turnOffset = (stream: Stream, value: number) => stream.setParameter(PARAMETER_INDEX.offset, value);

/** Plays silence up to `sample`, turns the offset, and plays on. */
function heardGesture(shape: Partial<ModelShape>, sample: number, length: number, value = 0.5): Float32Array {
  const { stream } = prepared(new LatentModel(shape));
  const before = play(stream, [new Float32Array(sample)], equalBlocks(sample, 64))[0] as Float32Array;
  turnOffset(stream, value);
  const after = play(stream, [new Float32Array(length)], equalBlocks(length, 64))[0] as Float32Array;
  return Float32Array.of(...before, ...after);
}

describe('a gesture', () => {
  // Pieces of a hop: two of 256, four of 512; one alone where two would be shorter than 5 ms.
  test.each([
    { hop: 512, frames: 1, piece: 256 },
    { hop: 2048, frames: 1, piece: 512 },
    { hop: 128, frames: 4, piece: 256 },
    { hop: 1000, frames: 1, piece: 250 },
    { hop: 256, frames: 1, piece: 256 },
  ])('is heard within a piece of $piece of a call of $frames × $hop', ({ hop, frames, piece }) => {
    const call = hop * frames;
    for (const place of [0, 1, piece - 1, piece, call - 1]) {
      const sample = 4 * call + place;
      const result = heardGesture({ hop, frames }, sample, 4 * call);
      const first = result.findIndex((level) => level > 0);
      expect(first).toBeGreaterThanOrEqual(sample + LOOKAHEAD);
      expect(first).toBeLessThanOrEqual(sample + LOOKAHEAD + piece + 2);
      expect(result[sample + LOOKAHEAD + 2 * piece + 2]).toBeCloseTo(0.5, 6);
    }
  });

  test('comes in along a line, without a step', () => {
    const result = heardGesture({ hop: 512 }, 2100, 2048);
    const steps = Array.from(result.subarray(1), (level, i) => Math.abs(level - (result[i] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(0.5 / 95);
  });

  test('waits for the next call where the model has no time', () => {
    const model = new LatentModel({ hop: 2048 });
    const { stream, latencySamples } = prepared(model, { redecodeCpuShare: 0 });
    play(stream, [new Float32Array(4096 + 10)], equalBlocks(4106, 64));
    turnOffset(stream, 0.5);
    const result = play(stream, [new Float32Array(4096)], equalBlocks(4096, 64))[0] as Float32Array;
    expect(latencySamples).toBe(2047 + LOOKAHEAD);
    expect(result.findIndex((level) => level > 0)).toBe(2048 - 10 + LOOKAHEAD - 1);
    expect(model.again).toBe(0);
  });

  // An export that was made twice differed behind a program change, where a call was decoded anew if the model had been quick.
  test('waits for the next call in an offline render, however quick the model is', () => {
    const model = new LatentModel({ hop: 2048 });
    const { stream } = prepared(model);
    stream.setOffline(true);
    play(stream, [new Float32Array(4096 + 10)], equalBlocks(4106, 64));
    turnOffset(stream, 0.5);
    const result = play(stream, [new Float32Array(4096)], equalBlocks(4096, 64))[0] as Float32Array;
    expect(result.findIndex((level) => level > 0)).toBe(2048 - 10 + LOOKAHEAD - 1);
    expect(model.again).toBe(0);

    stream.setOffline(false);
    play(stream, [new Float32Array(4096)], equalBlocks(4096, 64));
    turnOffset(stream, 0);
    play(stream, [new Float32Array(2048)], equalBlocks(2048, 64));
    expect(model.again).toBe(1);
  });

  test('of no consequence costs no decoding, and glides go no faster for it', () => {
    const levels = [false, true].map((busy) => {
      const model = new LatentModel({ hop: 512 });
      const { stream } = prepared(model);
      const dimensions = [defaultDimension()];
      stream.setSteering({ amount: 1, glideSeconds: 0.1, dimensions });
      play(stream, [new Float32Array(1024)], equalBlocks(1024, 64));
      turnOffset(stream, 0.5);
      const result = new Float32Array(8192);
      for (let at = 0; at < result.length; at += 64) {
        if (busy && at >= 512) stream.setParameter(PARAMETER_INDEX.input, at / result.length);
        result.set(play(stream, [new Float32Array(64)], [64])[0] ?? [], at);
      }
      // The move itself; the inputs are mapped to nothing.
      expect(model.again).toBe(1);
      return result;
    });
    expect(levels[1]).toEqual(levels[0]);
    expect(levels[0]?.[8000]).toBeGreaterThan(0.3);
  });

  test('keeps the noise of the call that it changes', () => {
    const track = noiseTrack(8192, 0.1, 3);
    const [still, moved] = [false, true].map((moves) => {
      const model = new NoisyModel({ hop: 512 });
      const { stream } = prepared(model);
      const result = new Float32Array(track.length);
      for (let at = 0; at < track.length; at += 128) {
        // The model does not play this latent: all that could differ is the noise.
        if (moves) stream.setHold(1, (at / 128) % 7);
        result.set(play(stream, [track.subarray(at, at + 128)], [128])[0] ?? [], at);
      }
      expect(model.again > 10).toBe(moves);
      return result;
    });
    expect(moved).toEqual(still);
  });

  test('leaves alone what automation does within the call', () => {
    // Four frames of a call, automation in the last: decoded again from the second on, it would come early.
    const shape = { hop: 256, frames: 4 };
    const change = { sample: 2048 + 3 * 256, parameter: PARAMETER_INDEX.offset, value: 0.5 };
    const results = [false, true].map((moves) => {
      const { stream } = prepared(new LatentModel(shape));
      const automated = play(stream, [new Float32Array(3072)], equalBlocks(3072, 64), [change])[0];
      if (moves) stream.setHold(0, 0.9);
      const after = play(stream, [new Float32Array(1024)], equalBlocks(1024, 64))[0];
      return [...(automated ?? []), ...(after ?? [])];
    });
    const due = change.sample + 1023 + LOOKAHEAD;
    expect(results[0]?.findIndex((level) => level > 0.01)).toBe(due);
    expect(results[1]?.findIndex((level) => level > 0.01)).toBe(due);
    expect(results[1]?.[due]).toBeCloseTo(0.5, 6);
    expect(results[1]?.[due + 180]).toBeGreaterThan(0.75);
  });

  test('for which the decoder fails is counted, and what sounds goes on', () => {
    class FailingAgain extends FailingModel {
      override decodeAgain(): void {
        super.decodeAgain();
        this.audioOut[500] = NaN;
      }
    }
    const model = new FailingAgain('nan-audio', () => false, { hop: 512 });
    const { stream, latencySamples } = prepared(model);
    const track = new Float32Array(4096).fill(0.25);
    const [before] = play(stream, [track], equalBlocks(4096, 64));
    turnOffset(stream, 0.5);
    const [after] = play(stream, [track], equalBlocks(4096, 64));
    expect(stream.faults).toEqual({ exceptions: 0, latents: 0, audio: 1 });
    expect(before?.[latencySamples + 10]).toBeCloseTo(0.25, 6);
    for (const level of after ?? []) expect(Math.abs(level - 0.25)).toBeLessThan(1e-6);
    expect(model.resets).toBeGreaterThan(0);
  });

  test('moves frozen latents, and freezing holds what the encoder last said', () => {
    const model = new LatentModel({ hop: 512 });
    const { stream } = prepared(model);
    const ramp = Float32Array.from({ length: 4096 }, (_, n) => Math.floor(n / 512) / 20);
    play(stream, [ramp], equalBlocks(4096, 64));
    stream.setParameter(PARAMETER_INDEX.freeze, 1);
    turnOffset(stream, 0.1);
    const [result] = play(stream, [new Float32Array(2048).fill(0.9)], equalBlocks(2048, 64));
    expect(result?.[2000]).toBeCloseTo(7 / 20 + 0.1, 6);
  });
});

describe('pieces of a call', () => {
  test.each([
    [48_000, 48_000, 512, 1],
    [44_100, 48_000, 512, 1],
    [48_000, 44_100, 2048, 1],
    [96_000, 44_100, 512, 4],
    [22_050, 48_000, 1000, 1],
    [192_000, 44_100, 1024, 1],
    [22_100, 96_000, 2048, 1],
  ])('%i Hz, model %i Hz, hop %i × %i: are the call, bit for bit', (rate, sampleRate, hop, frames) => {
    const track = noiseTrack(Math.ceil((5 * hop * frames * rate) / sampleRate), 0.5, 7);
    const played = (redecodeCpuShare: number, blocks: number[]) =>
      play(
        prepared(new FakeModel({ sampleRate, hop, frames }), { rate, redecodeCpuShare }).stream,
        [track],
        blocks,
      )[0];
    const whole = played(0, equalBlocks(track.length, 4096));
    expect(whole?.some((level) => Math.abs(level) > 0.1)).toBe(true);
    for (const seed of [1, 2]) {
      expect(played(Infinity, randomBlocks(track.length, seed === 1 ? 70 : 3000, seed))).toEqual(whole);
    }
    expect(played(Infinity, equalBlocks(track.length, 1))).toEqual(whole);
  });
});
