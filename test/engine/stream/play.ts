import type { Stream } from '../../../src/engine/stream/stream.js';
import { ChangeQueue } from '../../../src/engine/stream/change-queue.js';
import { clampParameter, PARAMETERS } from '../../../src/document/parameters.js';
import { random } from '../audio/signals.js';
import type { RunningModel } from '../../../src/engine/model/run/running-model.js';
import { streamNoise } from './fakes.js';

/** A parameter's change at a track sample. */
export interface TimedChange {
  readonly sample: number;
  readonly parameter: number;
  readonly value: number;
}

/** Sizes that add up to `total`, drawn between 1 and `largest`. */
export function randomBlocks(total: number, largest: number, seed: number): number[] {
  const draw = random(seed);
  const sizes: number[] = [];
  for (let left = total; left > 0;) {
    const size = Math.min(left, 1 + Math.floor(draw() * largest));
    sizes.push(size);
    left -= size;
  }
  return sizes;
}

export const equalBlocks = (total: number, size: number): number[] =>
  Array.from({ length: Math.ceil(total / size) }, (_, i) => Math.min(size, total - i * size));

/** Prepares a stream for a mono track, with noise of seed 1. @returns the latency in samples of the track */
export const prepareMono = (
  stream: Stream,
  model: RunningModel | null,
  rate = 48_000,
  maxBlock = 8192,
): number => stream.prepare({ rate, maxBlock, channels: 1, model, noise: streamNoise() }).latencySamples;

/** Plays a whole track through a prepared stream, cut into these blocks; in place where `inPlace` says so. */
export function play(
  stream: Stream,
  track: readonly Float32Array[],
  blocks: readonly number[],
  changes: readonly TimedChange[] = [],
  inPlace = false,
): Float32Array[] {
  const result = track.map((channel) => new Float32Array(channel.length));
  const queue = new ChangeQueue(PARAMETERS.length + changes.length, PARAMETERS.length);
  let position = 0;
  for (const size of blocks) {
    const input = track.map((channel) => channel.slice(position, position + size));
    const output = inPlace ? input : input.map(() => new Float32Array(size));
    for (const { sample, parameter, value } of changes) {
      if (sample >= position && sample < position + size)
        queue.push(sample - position, parameter, clampParameter(parameter, value));
    }
    stream.process(input, output, size, queue);
    output.forEach((channel, c) => result[c]?.set(channel, position));
    position += size;
  }
  return result;
}

export const noiseTrack = (samples: number, level: number, seed: number): Float32Array => {
  const draw = random(seed);
  return Float32Array.from({ length: samples }, () => level * (2 * draw() - 1));
};
