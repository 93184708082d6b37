import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AudioStream, decodeAudio, readAudio } from '../../../src/engine/audio/read.js';
import { WavWriter } from '../../../src/engine/audio/wav.js';
import { TillerError } from '../../../src/document/tiller-error.js';
import { writeFlac } from './flac-writer.js';
import { whiteNoise } from './signals.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiller-audio-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof TillerError) return error.code;
    throw error;
  }
  return 'none';
};

/** A WAV of little-endian integers of `bits` bits. */
function pcmWav(values: readonly number[], bits: number, rate = 44_100, channels = 1): Buffer {
  const bytes = bits / 8;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + values.length * bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * channels * bytes, 28);
  header.writeUInt16LE(channels * bytes, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36);
  header.writeUInt32LE(values.length * bytes, 40);
  const data = Buffer.alloc(values.length * bytes);
  values.forEach((value, i) => data.writeIntLE(value, i * bytes, bytes));
  return Buffer.concat([header, data]);
}

/** An AIFF of 16-bit integers at 48 kHz. */
function aiff(values: readonly number[]): Buffer {
  const common = Buffer.alloc(26);
  common.write('COMM', 0);
  common.writeUInt32BE(18, 4);
  common.writeUInt16BE(1, 8);
  common.writeUInt32BE(values.length, 10);
  common.writeUInt16BE(16, 14);
  // 48000 as an 80-bit float: exponent 15 over the bias, mantissa 48000 · 2^48.
  common.writeUInt16BE(16_383 + 15, 16);
  common.writeUInt16BE(48_000, 18);
  const sound = Buffer.alloc(16 + values.length * 2);
  sound.write('SSND', 0);
  sound.writeUInt32BE(8 + values.length * 2, 4);
  values.forEach((value, i) => sound.writeInt16BE(value, 16 + i * 2));
  const form = Buffer.alloc(12);
  form.write('FORM', 0);
  form.writeUInt32BE(4 + common.length + sound.length, 4);
  form.write('AIFF', 8);
  return Buffer.concat([form, common, sound]);
}

describe('WavWriter', () => {
  test('writes floats that read back with the same bits, in pieces of any size', async () => {
    const path = join(folder, 'a.wav');
    const [left, right] = [whiteNoise(40_000, 1.5, 1), whiteNoise(40_000, 1, 2)];
    const writer = new WavWriter(path, { rate: 44_100, channels: 2 });
    for (const [from, to] of [
      [0, 1],
      [1, 20_000],
      [20_000, 40_000],
    ] as const) {
      writer.append([left.subarray(from, to), right.subarray(from, to)], to - from);
    }
    expect(readdirSync(folder)).not.toContain('a.wav');
    writer.close();
    expect(readdirSync(folder)).toEqual(['a.wav']);
    expect(await readAudio(path)).toEqual({ rate: 44_100, channels: [left, right], notFinite: 0 });
    const bytes = readFileSync(path);
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
    expect(bytes.readUInt32LE(54)).toBe(40_000 * 8);
  });

  test('does not change an existing file before it is closed, or unless overwriting is allowed', () => {
    const path = join(folder, 'b.wav');
    writeFileSync(path, 'mine');
    expect(() => new WavWriter(path, { rate: 48_000, channels: 1 })).toThrow(TillerError);
    const writer = new WavWriter(path, { rate: 48_000, channels: 1, overwrite: true });
    writer.append([new Float32Array(10)], 10);
    writer.discard();
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['b.wav']);
  });

  test('reports a missing folder and a full disk', () => {
    expect(() => new WavWriter(join(folder, 'none', 'c.wav'), { rate: 48_000, channels: 1 })).toThrow(
      /no file at/,
    );
    expect(() => {
      const writer = new WavWriter(join(folder, 'huge.wav'), { rate: 48_000, channels: 2 });
      writer.append([], 2 ** 29);
    }).toThrow(/4 GB/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('reading audio files', () => {
  test('divides integers by 2^(bits − 1), on both sides of zero', async () => {
    const values = [0, 1, -1, 1000, -1000, 32_767, -32_768];
    const { channels, rate } = await decodeAudio(pcmWav(values, 16), 'x.wav');
    expect(rate).toBe(44_100);
    expect(Array.from(channels[0] ?? [])).toEqual(values.map((value) => value / 32_768));
    const fine = [1, -1, 4_000_001, -4_000_001, 8_388_607, -8_388_608];
    const read = await decodeAudio(pcmWav(fine, 24), 'x.wav');
    expect(Array.from(read.channels[0] ?? [])).toEqual(fine.map((value) => value / 8_388_608));
  });

  test('reads a WAV with any other chunks, in any order', async () => {
    const plain = pcmWav([1, 2, 3, -4, 5], 16);
    const [format, data] = [plain.subarray(12, 36), plain.subarray(36)];
    const chunk = (name: string, content: Buffer) =>
      Buffer.concat([Buffer.from(name), uint32(content.length), content, Buffer.alloc(content.length % 2)]);
    const riff = (...chunks: Buffer[]) => {
      const body = Buffer.concat([Buffer.from('WAVE'), ...chunks]);
      return Buffer.concat([Buffer.from('RIFF'), uint32(body.length), body]);
    };
    const uint32 = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      return bytes;
    };
    const sizes = Buffer.alloc(28);
    sizes.writeBigUInt64LE(10n, 8);
    const long = riff(
      chunk('ds64', sizes),
      format,
      Buffer.concat([Buffer.from('data'), uint32(0xffff_ffff), data.subarray(8)]),
      chunk('LIST', Buffer.from('what follows is no sound')),
    );
    long.write('RF64');
    const files = {
      // A broadcast WAV whose coding history has an odd length, as it is padded and as some programs write it.
      padded: riff(chunk('bext', Buffer.alloc(603, 'x')), format, data),
      unpadded: riff(Buffer.concat([Buffer.from('iXML'), uint32(3), Buffer.from('abc')]), format, data),
      reversed: riff(data, format),
      interrupted: riff(format, Buffer.concat([Buffer.from('data'), uint32(0), data.subarray(8)])),
      long,
    };
    for (const [name, bytes] of Object.entries(files)) {
      const { channels, rate } = await decodeAudio(bytes, name);
      expect([name, rate, [...(channels[0] ?? [])].map((value) => value * 32_768)]).toEqual([
        name,
        44_100,
        [1, 2, 3, -4, 5],
      ]);
    }
  });

  // It was treated as an interrupted recording, and its tags were decoded as audio.
  test('a WAV without samples is refused where other chunks follow', async () => {
    const tags = Buffer.from('LIST\x0c\0\0\0INFOINAM\0\0\0\0cue \x05\0\0\0cues\0\0', 'latin1');
    const empty = pcmWav([], 16);
    await expect(decodeAudio(Buffer.concat([empty, tags]), 'empty')).rejects.toMatchObject({
      message: /contains no audio/,
    });
    // Not a sequence of chunks: an interrupted recording.
    const { channels } = await decodeAudio(Buffer.concat([empty, tags, Buffer.from('12')]), 'unfinished');
    expect(channels[0]).toHaveLength((tags.length + 2) / 2);
  });

  test('refuses an ADPCM file that declares more samples than its blocks can contain', async () => {
    const bytes = pcmWav(Array<number>(20_000).fill(1), 16);
    const extended = Buffer.alloc(20);
    bytes.copy(extended, 0, 20, 36);
    extended.writeUInt16LE(0x11, 0);
    extended.writeUInt16LE(2, 16);
    extended.writeUInt16LE(0xffff, 18);
    const file = Buffer.concat([bytes.subarray(0, 20), extended, bytes.subarray(36)]);
    file.writeUInt32LE(20, 16);
    await expect(decodeAudio(file, 'bomb')).rejects.toMatchObject({ message: /damaged/ });
  });

  test('recognises AIFF and FLAC by their content', async () => {
    const values = [0, 1, -1, 12_345, -12_345, 32_767];
    const { channels, rate } = await decodeAudio(aiff(values), 'misnamed.wav');
    expect(rate).toBe(48_000);
    expect(Array.from(channels[0] ?? [])).toEqual(values.map((value) => value / 32_768));
    const ramp = Array.from({ length: 5000 }, (_, n) => n * 5 - 12_500);
    const flac = writeFlac(
      ramp,
      ramp.map((value) => -value),
    );
    const decoded = await decodeAudio(flac, 'ramp.flac');
    expect(decoded.rate).toBe(48_000);
    expect(decoded.channels).toHaveLength(2);
    expect(Array.from(decoded.channels[0] ?? [])).toEqual(ramp.map((value) => value / 32_768));
    expect(decoded.channels[1]?.[4999]).toBe(-(4999 * 5 - 12_500) / 32_768);
  });

  test('replaces samples that are not finite by 0, and counts them', async () => {
    const path = join(folder, 'nan.wav');
    const writer = new WavWriter(path, { rate: 48_000, channels: 1 });
    writer.append([Float32Array.of(0.5, NaN, Infinity, -0.5)], 4);
    writer.close();
    expect(await readAudio(path)).toEqual({
      rate: 48_000,
      channels: [Float32Array.of(0.5, 0, 0, -0.5)],
      notFinite: 2,
    });
  });

  test('each kind of fault has its error code', async () => {
    expect(await codeOf(readAudio(join(folder, 'none.wav')))).toBe('file-missing');
    expect(await codeOf(readAudio(folder))).toBe('file-missing');
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('text that is no sound'),
      Buffer.from('RIFF'),
      pcmWav([], 16),
      pcmWav([1, 2, 3], 16, 100),
      pcmWav(new Array<number>(6).fill(1), 16, 48_000, 6),
      Buffer.from('fLaC and then nothing of the kind'),
      aiff([1, 2, 3]).subarray(0, 30),
    ]) {
      expect(await codeOf(decodeAudio(bytes, 'bad'))).toBe('audio-unreadable');
    }
  });

  test('reading in pieces gives the same samples as reading at once', async () => {
    const path = join(folder, 'long.wav');
    writeFileSync(
      path,
      pcmWav(
        Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 30_000),
        24,
        48_000,
        2,
      ),
    );
    const stream = await AudioStream.open(path);
    expect([stream.rate, stream.channels, stream.samples]).toEqual([48_000, 2, 300_000]);
    const pieces: Float32Array[][] = [];
    const shares = [stream.share];
    for (let piece = stream.next(); piece !== null; piece = stream.next()) {
      pieces.push(piece);
      shares.push(stream.share);
    }
    stream.close();
    expect(Math.max(...pieces.map(([left]) => left?.length ?? 0))).toBeLessThan(20_000);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeGreaterThan(0.9);
    const { channels } = await readAudio(path);
    expect(channels).toEqual(
      [0, 1].map((c) => Float32Array.from(pieces.flatMap((piece) => [...(piece[c] ?? [])]))),
    );
  });

  test('reads a pipe, and refuses a device', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [, { channels }] = await Promise.all([writeFile(pipe, pcmWav([1, 2], 16)), readAudio(pipe)]);
    expect(channels).toEqual([Float32Array.of(1 / 32_768, 2 / 32_768)]);
    expect(await codeOf(readAudio('/dev/zero'))).toBe('file-missing');
  });

  test('damaged files are read or refused with a TillerError', async () => {
    const sources = [
      pcmWav(
        Array.from({ length: 200 }, (_, i) => i * 90),
        16,
        48_000,
        2,
      ),
      aiff(Array.from({ length: 200 }, (_, i) => i * 90)),
      writeFlac([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12], 3),
    ];
    const damage = fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sources), damage, fc.nat(1200), async (source, changes, cut) => {
        const bytes = Buffer.from(source.subarray(0, source.length - Math.min(cut, source.length)));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        expect(['none', 'audio-unreadable']).toContain(await codeOf(decodeAudio(bytes, 'damaged')));
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
