import LSR from '@alexanderolsen/libsamplerate-js';
import { Limiter } from '../src/engine/audio/limiter.js';
import { Resampler } from '../src/engine/audio/resampler.js';
import { Random } from '../src/engine/mapping/random.js';
import type { BenchRow } from './row.js';
import { summarise } from './row.js';

const BLOCK = 512;
const ROUNDS = 12;

/**
 * Time per second of stereo audio in blocks of 512 samples: resampler, compared with libsamplerate's best setting, and limiter,
 * with and without gain reduction.
 */
export async function audioBench(): Promise<BenchRow[]> {
  return [
    await resamplerRow(48_000, 44_100),
    await resamplerRow(44_100, 48_000),
    limiterRow('limiter, at rest', 0.2),
    limiterRow('limiter, working', 3),
  ];
}

function noise(level: number): Float32Array {
  const random = new Random(1);
  return Float32Array.from({ length: BLOCK }, () => level * (2 * random.uniform() - 1));
}

/** Milliseconds for each of several seconds of audio at `rate`, after one second of warm-up. */
function millisecondsPerSecond(rate: number, playBlock: () => void): number[] {
  const second = () => {
    const start = performance.now();
    for (let played = 0; played < rate; played += BLOCK) playBlock();
    return performance.now() - start;
  };
  second();
  return Array.from({ length: ROUNDS }, second);
}

async function resamplerRow(from: number, to: number): Promise<BenchRow> {
  const input = noise(0.5);
  const resampler = new Resampler({ from, to, channels: 2, capacity: BLOCK });
  const output = [new Float32Array(2 * BLOCK), new Float32Array(2 * BLOCK)];
  const measured = summarise(
    millisecondsPerSecond(from, () => {
      resampler.write([input, input], 0, BLOCK);
      resampler.read(output, 0, resampler.available());
    }),
  );
  const peer = await LSR.create(2, from, to, { converterType: LSR.ConverterType.SRC_SINC_BEST_QUALITY });
  const interleaved = Float32Array.from({ length: 2 * BLOCK }, (_, i) => input[i >> 1] ?? 0);
  const theirs = summarise(millisecondsPerSecond(from, () => peer.full(interleaved)));
  peer.destroy();
  return {
    name: `resample ${from / 1000} → ${to / 1000} kHz, stereo, per second`,
    unit: 'ms',
    ...measured,
    peer: { name: 'libsamplerate', median: theirs.median, ratio: theirs.median / measured.median },
    note: `delay ${resampler.lookahead} input samples`,
  };
}

function limiterRow(name: string, level: number): BenchRow {
  const rate = 48_000;
  const input = noise(level);
  const block = [new Float32Array(BLOCK), new Float32Array(BLOCK)];
  const ceilings = new Float64Array(BLOCK).fill(0.891);
  const limiter = new Limiter(rate, 2);
  const measured = summarise(
    millisecondsPerSecond(rate, () => {
      for (const channel of block) channel.set(input);
      limiter.process(block, BLOCK, ceilings);
    }),
  );
  return {
    name: `${name}, stereo, per second`,
    unit: 'ms',
    ...measured,
    note: `delay ${limiter.latencySamples} samples`,
  };
}
