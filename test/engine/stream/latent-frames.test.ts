import { describe, expect, test } from '@jest/globals';
import { defaultOutput } from '../../../src/document/output.js';
import type { ModelShape } from '../../../src/engine/model/run/running-model.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { defaultDimension } from '../../../src/document/steering.js';
import { FakeModel, LatentModel } from './fakes.js';
import { type TimedChange, equalBlocks, play, prepareMono } from './play.js';

/** A stream whose input 1 is what the model plays: latent 0 is mapped straight from it. */
function gestureStream(shape: Partial<ModelShape>, rate: number): { stream: Stream; latencySamples: number } {
  const stream = new Stream();
  stream.setSteering({ amount: 1, glideSeconds: 0, dimensions: [defaultDimension()] });
  stream.setMapping({
    evaluate: (inputs, latents) => {
      latents[0] = inputs[0] ?? 0;
    },
  });
  stream.setParameter(PARAMETER_INDEX.input, 0.1);
  const model = new LatentModel(shape);
  const latencySamples = prepareMono(stream, model, rate);
  return { stream, latencySamples };
}

describe('a gesture takes the latent frame that holds its sample', () => {
  test.each([
    [48_000, 48_000, 512, 1],
    [48_000, 48_000, 128, 4],
    [48_000, 48_000, 2048, 2],
  ])('%i Hz, model %i Hz, hop %i × %i: exactly', (rate, sampleRate, hop, frames) => {
    for (const sample of [0, 1, hop - 1, hop, 3 * hop - 1, 3 * hop, 4 * hop + 17]) {
      for (const block of [1, 100, 4096]) {
        const { stream, latencySamples } = gestureStream({ sampleRate, hop, frames }, rate);
        const length = latencySamples + 6 * hop;
        const changes = [{ sample, parameter: PARAMETER_INDEX.input, value: 0.8 }];
        const result = play(stream, [new Float32Array(length)], equalBlocks(length, block), changes)[0];
        const frame = Math.floor(sample / hop);
        // The frame begins to sound as late as the track sample it begins with: never after the gesture's own.
        const first = result?.findIndex((level) => level > 0.45) ?? -1;
        expect({ sample, block, first }).toEqual({ sample, block, first: frame * hop + latencySamples });
      }
    }
  });

  test.each([
    [44_100, 48_000, 512, 1],
    [96_000, 44_100, 512, 2],
    [48_000, 44_100, 64, 1],
  ])('%i Hz, model %i Hz, hop %i × %i: within the resampler’s width', (rate, sampleRate, hop, frames) => {
    const hopTrack = (hop * rate) / sampleRate;
    for (const share of [3.01, 3.5, 3.99, 5.02]) {
      const sample = Math.ceil(share * hopTrack);
      const frame = Math.floor(sample / hopTrack);
      const { stream, latencySamples } = gestureStream({ sampleRate, hop, frames }, rate);
      const length = Math.ceil(latencySamples + 8 * hopTrack);
      const changes = [{ sample, parameter: PARAMETER_INDEX.input, value: 0.8 }];
      const result = play(stream, [new Float32Array(length)], equalBlocks(length, 333), changes)[0];
      // The band-limited step crosses its middle half a model sample before the frame's first sample.
      const middle = result?.findIndex((level) => level > 0.45) ?? -1;
      expect(Math.abs(middle - (frame * hopTrack + latencySamples))).toBeLessThanOrEqual(
        rate / sampleRate + 1,
      );
    }
  });

  test('the last of several changes within a frame counts, and a change does not reach into earlier frames', () => {
    const { stream, latencySamples } = gestureStream({ hop: 512 }, 48_000);
    const changes: TimedChange[] = [
      { sample: 600, parameter: PARAMETER_INDEX.input, value: 0.9 },
      { sample: 1023, parameter: PARAMETER_INDEX.input, value: 0.4 },
      { sample: 1024, parameter: PARAMETER_INDEX.input, value: 0.7 },
    ];
    const result = play(stream, [new Float32Array(4096)], [4096], changes)[0] as Float32Array;
    const frames = [0, 1, 2].map((frame) => result[latencySamples + frame * 512 + 100]);
    [0.1, 0.4, 0.7].forEach((level, frame) => expect(frames[frame]).toBeCloseTo(level, 6));
  });

  test('every parameter that acts on latents arrives', () => {
    const { stream, latencySamples } = gestureStream({ hop: 128 }, 48_000);
    const changes: TimedChange[] = [
      { sample: 1280, parameter: PARAMETER_INDEX.offset, value: 0.2 },
      { sample: 2560, parameter: PARAMETER_INDEX.amount, value: 0.5 },
      { sample: 3840, parameter: PARAMETER_INDEX.glide, value: 30 },
      { sample: 3968, parameter: PARAMETER_INDEX.input, value: 1 },
      { sample: 5120, parameter: PARAMETER_INDEX.latentNoise, value: 0.1 },
    ];
    const result = play(stream, [new Float32Array(8192)], equalBlocks(8192, 50), changes)[0] as Float32Array;
    const at = (sample: number) => result[latencySamples + sample] ?? NaN;
    expect(at(1270)).toBeCloseTo(0.1, 6);
    expect(at(1300)).toBeCloseTo(0.3, 6);
    // The encoder says 0 here.
    expect(at(2600)).toBeCloseTo(0.25, 6);
    expect(at(4900)).toBeLessThan(0.27);
    const noisy = Array.from({ length: 16 }, (_, k) => at(5200 + 128 * k));
    expect(new Set(noisy.map((level) => level.toFixed(4))).size).toBeGreaterThan(10);
  });
});

describe('latents', () => {
  /** Plays an encoder whose dimension 0 follows the track's level. */
  function played(edit: (stream: Stream) => void, changes: TimedChange[] = []): (frame: number) => number {
    const stream = new Stream();
    edit(stream);
    const model = new LatentModel({ hop: 100 });
    const latencySamples = prepareMono(stream, model, 48_000, 512);
    const ramp = Float32Array.from({ length: 6000 }, (_, n) => Math.floor(n / 100) / 100);
    const result = play(stream, [ramp], equalBlocks(6000, 77), changes)[0] as Float32Array;
    return (frame) => result[latencySamples + frame * 100 + 50] ?? NaN;
  }

  test('without mapping the decoder gets what the encoder says', () => {
    const level = played(() => undefined);
    expect(level(17)).toBeCloseTo(0.17, 6);
  });

  test('freeze holds the encoder’s value from the frame of its sample until it is released', () => {
    const level = played(
      () => undefined,
      [
        { sample: 2050, parameter: PARAMETER_INDEX.freeze, value: 1 },
        { sample: 3999, parameter: PARAMETER_INDEX.freeze, value: 0 },
      ],
    );
    expect([18, 19, 20, 25, 38, 39].map((frame) => Math.round(level(frame) * 100))).toEqual([
      18, 19, 19, 19, 19, 39,
    ]);
  });

  test('a held dimension overrides mapping and steering', () => {
    expect(played((stream) => stream.setHold(0, 0.77))(20)).toBeCloseTo(0.77, 6);
    const released = played((stream) => {
      stream.setHold(0, 0.77);
      stream.setHold(0, NaN);
    });
    expect(released(20)).toBeCloseTo(0.2, 6);
  });

  test('a mapping of fewer dimensions than the model’s leaves the others to the encoder', () => {
    const stream = new Stream();
    stream.setSteering({
      amount: 1,
      glideSeconds: 0,
      dimensions: Array.from({ length: 4 }, defaultDimension),
    });
    stream.setMapping({ evaluate: (_, latents) => void latents.fill(0.5, 1, 2) });
    const model = new FakeModel({ hop: 256 });
    prepareMono(stream, model, 48_000, 512);
    stream.setOutput(defaultOutput());
    play(stream, [new Float32Array(512).fill(0.25)], [512]);
    expect([...model.latents]).toEqual([0.25, 0.5, 0, 0]);
  });

  test('settings outlive the model, with what automation last said', () => {
    const { stream } = gestureStream({ hop: 512 }, 48_000);
    play(
      stream,
      [new Float32Array(200)],
      [200],
      [{ sample: 150, parameter: PARAMETER_INDEX.input, value: 0.6 }],
    );
    const model = new LatentModel({ hop: 128 });
    const latencySamples = prepareMono(stream, model, 48_000, 512);
    const result = play(stream, [new Float32Array(1024)], equalBlocks(1024, 512))[0] as Float32Array;
    expect(result[latencySamples]).toBeCloseTo(0.6, 6);
  });
});
