import { describe, expect, test } from '@jest/globals';
import { resamplerLookahead } from '../../../src/engine/audio/resampler.js';
import { Limiter } from '../../../src/engine/audio/limiter.js';
import { modelLatencySamples } from '../../../src/engine/stream/latency.js';
import { Stream } from '../../../src/engine/stream/stream.js';
import { FakeModel, streamNoise } from './fakes.js';
import { equalBlocks, play, prepareMono } from './play.js';

const BLOCKS = [1, 17, 64, 100, 441, 512, 1000, 8192];
const HOPS = [128, 512, 2048];
const RATES = [22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

interface Setup {
  rate: number;
  modelRate?: number;
  hop: number;
  frames?: number;
  delaySamples?: number;
}

function prepared({ rate, modelRate = 48_000, hop, frames = 1, delaySamples = 0 }: Setup) {
  const stream = new Stream();
  const model = new FakeModel({ sampleRate: modelRate, hop, frames, delaySamples });
  const latencySamples = prepareMono(stream, model, rate);
  return { stream, latencySamples };
}

/** Rounding to float32 on the way; a shift by ε samples would show as about 2 ε. */
const MIRRORED = 1e-5;
const IMPULSE_AT = 1234;

/** Place of the greatest sample, and how far the samples around it are from a mirror image. */
function peak(signal: Float32Array): { at: number; asymmetry: number } {
  const at = signal.reduce(
    (best, sample, n) => (Math.abs(sample) > Math.abs(signal[best] ?? 0) ? n : best),
    0,
  );
  let asymmetry = 0;
  for (let k = 1; k < 40; k += 1) {
    asymmetry = Math.max(asymmetry, Math.abs((signal[at - k] ?? 0) - (signal[at + k] ?? 0)));
  }
  return { at, asymmetry: asymmetry / Math.abs(signal[at] ?? 1) };
}

function impulse(length: number): Float32Array {
  const track = new Float32Array(length);
  track[IMPULSE_AT] = 0.5;
  return track;
}

describe.each(RATES)('at %i Hz', (rate) => {
  test.each(HOPS)('an impulse comes out exactly at the reported latency, hop %i, every block size', (hop) => {
    const { stream, latencySamples } = prepared({ rate, hop });
    const track = impulse(IMPULSE_AT + latencySamples + 600);
    for (const block of BLOCKS) {
      stream.restart();
      const { at, asymmetry } = peak(
        play(stream, [track], equalBlocks(track.length, block))[0] as Float32Array,
      );
      expect({ block, at: at - IMPULSE_AT }).toEqual({ block, at: latencySamples });
      expect(asymmetry).toBeLessThan(MIRRORED);
      expect(stream.latencySamples).toBe(latencySamples);
    }
  });
});

test.each([
  [44_100, 44_100, 512, 1, 0],
  [44_100, 44_100, 2048, 4, 777],
  [48_000, 44_100, 2048, 2, 1501],
  [48_000, 16_000, 320, 1, 101],
  [44_100, 22_050, 1024, 1, 5],
  [192_000, 44_100, 512, 4, 333],
  [44_101, 48_000, 512, 1, 64],
])(
  'with the model’s own delay: %i Hz, model %i Hz, hop %i × %i, delay %i',
  (rate, modelRate, hop, frames, delaySamples) => {
    const { stream, latencySamples } = prepared({ rate, modelRate, hop, frames, delaySamples });
    const track = impulse(IMPULSE_AT + latencySamples + 600);
    const { at, asymmetry } = peak(play(stream, [track], equalBlocks(track.length, 331))[0] as Float32Array);
    expect(at - IMPULSE_AT).toBe(latencySamples);
    expect(asymmetry).toBeLessThan(MIRRORED);
  },
);

test('at the model’s rate it is what is collected for one call, less one, and the delays', () => {
  const lookAhead = new Limiter(48_000, 1).latencySamples;
  for (const hop of HOPS) {
    expect(prepared({ rate: 48_000, hop }).latencySamples).toBe(hop - 1 + lookAhead);
    expect(prepared({ rate: 48_000, hop, frames: 4, delaySamples: 300 }).latencySamples).toBe(
      4 * hop - 1 + 300 + lookAhead,
    );
  }
});

test('without a model only the limiter is late', () => {
  const stream = new Stream();
  const setup = { rate: 44_100, maxBlock: 100, channels: 1 as const, model: null, noise: streamNoise() };
  expect(stream.prepare(setup).latencySamples).toBe(new Limiter(44_100, 1).latencySamples);
});

describe('the least latency', () => {
  /** Whether every output is there in time, by simulating the arrivals sample by sample. */
  function inTime(
    latency: number,
    rate: number,
    modelRate: number,
    callSamples: number,
    delay: number,
  ): boolean {
    const inputLookahead = resamplerLookahead(rate, modelRate);
    const outputLookahead = resamplerLookahead(modelRate, rate);
    let arrived = 0;
    for (let n = 0; n < 8 * Math.ceil((callSamples * rate) / modelRate) + 2000; n += 1) {
      while (Math.floor((arrived * rate) / modelRate) + inputLookahead <= n) arrived += 1;
      const decoded = Math.floor(arrived / callSamples) * callSamples;
      const shown = Math.floor(((n - latency) * modelRate) / rate + delay);
      if (shown + outputLookahead >= Math.max(decoded, 0) && shown + outputLookahead >= 0) return false;
    }
    return true;
  }

  test.each([
    [48_000, 48_000, 512, 0],
    [48_000, 48_000, 2048, 700],
    [44_100, 48_000, 512, 0],
    [48_000, 44_100, 333, 21],
    [96_000, 44_100, 2048, 0],
    [22_050, 48_000, 128, 9],
  ])(
    'is enough, and one less is not: %i Hz, model %i Hz, call of %i, delay %i',
    (rate, modelRate, callSamples, delay) => {
      const latency = modelLatencySamples({
        rate,
        modelRate,
        callSamples,
        modelDelaySamples: delay,
        inputLookahead: resamplerLookahead(rate, modelRate),
        outputLookahead: resamplerLookahead(modelRate, rate),
      });
      expect(inTime(latency, rate, modelRate, callSamples, delay)).toBe(true);
      expect(inTime(latency - 1, rate, modelRate, callSamples, delay)).toBe(false);
    },
  );
});
