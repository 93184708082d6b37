// Audio files of 32 bits a sample: floats, as the scripts here and Ardour write them, or whole numbers, as jack_rec does.
import { readFileSync, writeFileSync } from 'node:fs';

/** @param {Float32Array[]} channels */
export function writeWav(path, rate, channels) {
  const count = channels.length;
  const data = Buffer.alloc(4 * count * channels[0].length);
  channels.forEach((channel, c) =>
    channel.forEach((sample, i) => data.writeFloatLE(sample, 4 * (i * count + c))),
  );
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(3, 20);
  header.writeUInt16LE(count, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 4 * count, 28);
  header.writeUInt16LE(4 * count, 32);
  header.writeUInt16LE(32, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  writeFileSync(path, Buffer.concat([header, data]));
}

/** @returns {Float32Array[]} its channels */
export function readWav(path) {
  const bytes = readFileSync(path);
  let channels = 0;
  let sample = (place) => bytes.readFloatLE(place);
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (id === 'fmt ') {
      channels = bytes.readUInt16LE(at + 10);
      if (bytes.readUInt16LE(at + 8) === 1) sample = (place) => bytes.readInt32LE(place) / 2 ** 31;
    }
    if (id === 'data') {
      const frames = Math.floor(Math.min(size, bytes.length - at - 8) / 4 / channels);
      return Array.from({ length: channels }, (_, c) =>
        Float32Array.from({ length: frames }, (_, i) => sample(at + 8 + 4 * (i * channels + c))),
      );
    }
    at += 8 + size + (size % 2);
  }
  throw new Error(`${path} holds no audio`);
}

/** Decaying bursts of noise: something for a model to hear, and sharp enough to align by. */
export function makeBursts(samples) {
  let state = 12345;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 0x8000_0000;
  };
  return Float32Array.from({ length: samples }, (_, i) => 0.25 * Math.exp(-(i % 12_000) / 1500) * random());
}

/** In samples, for `likeness`. */
const LONGEST_DELAY = 12_000;

/** How alike two recordings are at their best alignment, 0 to 1. */
export function likeness(a, b) {
  let best = 0;
  const length = Math.min(a.length, b.length) - LONGEST_DELAY;
  for (let delay = 0; delay < LONGEST_DELAY; delay++) {
    let ab = 0;
    let aa = 1e-12;
    let bb = 1e-12;
    for (let i = 0; i < length; i += 7) {
      ab += a[i] * b[i + delay];
      aa += a[i] ** 2;
      bb += b[i + delay] ** 2;
    }
    best = Math.max(best, Math.abs(ab) / Math.sqrt(aa * bb));
  }
  return best;
}

/** Root mean square. */
export const level = (samples) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
