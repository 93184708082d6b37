import fc from 'fast-check';
import { TillerError } from '../../../src/document/tiller-error.js';
import { decodeAudio } from '../../../src/engine/audio/read.js';
import { writeFlac } from './flac-writer.js';

/** Formats that programs write although few readers support them. */

const VALUES = [0, 1, -1, 90, -90, 127, -128];

const ascii = (text: string) => Buffer.from(text, 'latin1');
const be16 = (value: number) => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
};
const be32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
const integers = (values: readonly number[], bytes: number, order: 'BE' | 'LE') =>
  Buffer.concat(
    values.map((value) => {
      const sample = Buffer.alloc(bytes);
      if (order === 'BE') sample.writeIntBE(value, 0, bytes);
      else sample.writeIntLE(value, 0, bytes);
      return sample;
    }),
  );
const chunk = (name: string, content: Buffer) =>
  Buffer.concat([ascii(name), be32(content.length), content, Buffer.alloc(content.length % 2)]);

/** `COMM` at 48 kHz: 80-bit float with exponent 15 over the bias and mantissa 48000 · 2^48. */
const common = (channels: number, frames: number, bits: number, compression = '') =>
  chunk(
    'COMM',
    Buffer.concat([
      be16(channels),
      be32(frames),
      be16(bits),
      be16(16_383 + 15),
      be16(48_000),
      Buffer.alloc(6),
      ...(compression === '' ? [] : [ascii(compression), Buffer.alloc(2)]),
    ]),
  );
const sound = (data: Buffer, offset = 0) =>
  chunk('SSND', Buffer.concat([be32(offset), be32(0), Buffer.alloc(offset, 0x7f), data]));
const form = (type: string, ...chunks: Buffer[]) => {
  const body = Buffer.concat([ascii(type), ...chunks]);
  return Buffer.concat([ascii('FORM'), be32(body.length), body]);
};

/** A WAV in either byte order. */
function wav(order: 'BE' | 'LE', bits: number, block: number, data: Buffer): Buffer {
  const size = (value: number) => (order === 'BE' ? be32(value) : be32(value).reverse());
  const short = (value: number) => (order === 'BE' ? be16(value) : be16(value).reverse());
  const format = Buffer.concat([
    short(1),
    short(1),
    size(48_000),
    size(48_000 * block),
    short(block),
    short(bits),
  ]);
  const body = Buffer.concat([ascii('WAVEfmt '), size(16), format, ascii('data'), size(data.length), data]);
  return Buffer.concat([ascii(order === 'BE' ? 'RIFX' : 'RIFF'), size(body.length), body]);
}

/** An ID3v2 tag with a size in bytes of seven bits. */
const id3 = (bytes: number) =>
  Buffer.concat([ascii('ID3'), Buffer.from([4, 0, 0, 0, 0, bytes >> 7, bytes & 0x7f]), Buffer.alloc(bytes)]);

const scaled = (values: readonly number[], full: number) => values.map((value) => value / full);
const samples16 = VALUES.map((value) => value * 200);
const left24 = VALUES.map((value) => value * 16_000);
/** 20 bits, left-justified in 24. */
const left20 = VALUES.map((value) => value * 1600 * 16);

/** Sony Wave64 at 48 kHz: 16-bit mono, its format behind the data and another chunk. */
function wave64(data: Buffer): Buffer {
  const guid = (name: string) =>
    name === 'riff'
      ? Buffer.from('726966662e91cf11a5d628db04c10000', 'hex')
      : Buffer.concat([ascii(name), Buffer.from('f3acd3118cd100c04f8edb8a', 'hex')]);
  const size = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  const part = (name: string, content: Buffer) =>
    Buffer.concat([guid(name), size(24 + content.length), content, Buffer.alloc(-content.length & 7)]);
  const format = wav('LE', 16, 2, data).subarray(20, 36);
  const body = Buffer.concat([
    guid('wave'),
    part('junk', Buffer.alloc(5)),
    part('data', data),
    part('fmt ', format),
  ]);
  return Buffer.concat([guid('riff'), size(24 + body.length), body]);
}

const FILES: [name: string, bytes: Buffer, expected: number[]][] = [
  // Regression: 8-bit AIFF was read as unsigned, which shifted it by full scale.
  ['8-bit AIFF', form('AIFF', common(1, 7, 8), sound(integers(VALUES, 1, 'BE'))), scaled(VALUES, 128)],
  [
    '16-bit AIFF',
    form('AIFF', common(1, 7, 16), sound(integers(samples16, 2, 'BE'))),
    scaled(samples16, 2 ** 15),
  ],
  ['20-bit AIFF', form('AIFF', common(1, 7, 20), sound(integers(left20, 3, 'BE'))), scaled(left20, 2 ** 23)],
  [
    '12-bit AIFF',
    form('AIFF', common(1, 7, 12), sound(integers(samples16, 2, 'BE'))),
    scaled(samples16, 2 ** 15),
  ],
  [
    'SSND before COMM',
    form('AIFF', sound(integers(samples16, 2, 'BE')), common(1, 7, 16)),
    scaled(samples16, 2 ** 15),
  ],
  [
    'an offset in SSND, and chunks of odd length',
    form('AIFF', chunk('NAME', ascii('abc')), common(1, 7, 16), sound(integers(samples16, 2, 'BE'), 6)),
    scaled(samples16, 2 ** 15),
  ],
  [
    'an AIFF that was not completed',
    Buffer.concat([
      form('AIFF', common(1, 0, 16)),
      ascii('SSND'),
      Buffer.alloc(12),
      integers(samples16, 2, 'BE'),
    ]),
    scaled(samples16, 2 ** 15),
  ],
  [
    'in24 AIFF-C',
    form('AIFC', common(1, 7, 24, 'in24'), sound(integers(left24, 3, 'BE'))),
    scaled(left24, 2 ** 23),
  ],
  [
    'sowt AIFF-C',
    form('AIFC', common(1, 7, 16, 'sowt'), sound(integers(samples16, 2, 'LE'))),
    scaled(samples16, 2 ** 15),
  ],
  [
    '8-bit sowt AIFF-C',
    form('AIFC', common(1, 7, 8, 'sowt'), sound(integers(VALUES, 1, 'LE'))),
    scaled(VALUES, 128),
  ],
  ['RIFX', wav('BE', 16, 2, integers(samples16, 2, 'BE')), scaled(samples16, 2 ** 15)],
  ['24-bit RIFX', wav('BE', 24, 3, integers(left24, 3, 'BE')), scaled(left24, 2 ** 23)],
  ['20-bit WAV', wav('LE', 20, 3, integers(left20, 3, 'LE')), scaled(left20, 2 ** 23)],
  ['12-bit WAV', wav('LE', 12, 2, integers(samples16, 2, 'LE')), scaled(samples16, 2 ** 15)],
  ['Wave64', wave64(integers(samples16, 2, 'LE')), scaled(samples16, 2 ** 15)],
  ['a WAV without a block size', wav('LE', 16, 0, integers(samples16, 2, 'LE')), scaled(samples16, 2 ** 15)],
  [
    'ID3 before a WAV',
    Buffer.concat([id3(300), wav('LE', 16, 2, integers(samples16, 2, 'LE'))]),
    scaled(samples16, 2 ** 15),
  ],
  [
    'two ID3 tags before an AIFF',
    Buffer.concat([id3(20), id3(1000), form('AIFF', common(1, 7, 8), sound(integers(VALUES, 1, 'BE')))]),
    scaled(VALUES, 128),
  ],
];

describe('audio files that few readers support', () => {
  it.each(FILES)('%s', async (name, bytes, expected) => {
    const { channels, rate } = await decodeAudio(bytes, name);
    expect(rate).toBe(48_000);
    expect([...(channels[0] ?? [])]).toEqual(expected);
  });

  it('ID3 before a FLAC', async () => {
    const flac = writeFlac(samples16, samples16);
    const { channels } = await decodeAudio(Buffer.concat([id3(130), flac]), 'tagged.flac');
    expect([...(channels[0] ?? [])]).toEqual(scaled(samples16, 2 ** 15));
  });

  // Regression: the decoder expects the first sample of a byte in the high nibble.
  it('ima4 AIFF-C, as worked by hand', async () => {
    // Predictor 256 and step index 0 (step 7), then the codes 4 and 7: differences 7 >> 3 + 7 = 7, and with index 2 (step 9)
    // 9 >> 3 + 9 >> 2 + 9 >> 1 + 9 = 16; then codes of 0: 19 >> 3, 17 >> 3, 16 >> 3.
    const packet = Buffer.concat([be16(256), Buffer.from([0x74]), Buffer.alloc(31)]);
    const file = form('AIFC', common(1, 2, 16, 'ima4'), sound(Buffer.concat([packet, packet])));
    const { channels } = await decodeAudio(file, 'ima4.aifc');
    const values = [...(channels[0] ?? [])].map((value) => value * 32_768);
    expect(values.slice(0, 5)).toEqual([263, 279, 281, 283, 285]);
    expect(values.slice(64)).toEqual(values.slice(0, 64));
  });

  it('stereo ima4 in pieces', async () => {
    const packet = (predictor: number) => Buffer.concat([be16(predictor), Buffer.alloc(32)]);
    const data = Buffer.concat(Array.from({ length: 1200 }, () => [packet(1024), packet(2048)]).flat());
    const { channels } = await decodeAudio(form('AIFC', common(2, 1200, 16, 'ima4'), sound(data)), 'x');
    expect(channels.map((channel) => channel.length)).toEqual([1200 * 64, 1200 * 64]);
    expect(channels.map((channel) => Math.round((channel[70_000] ?? 0) * 32))).toEqual([1, 2]);
  });

  it('an AIFF-C compression that is not supported is named', async () => {
    const file = form('AIFC', common(1, 7, 16, 'QDM2'), sound(integers(samples16, 2, 'BE')));
    await expect(decodeAudio(file, 'x.aifc')).rejects.toMatchObject({
      code: 'audio-unreadable',
      message: expect.stringContaining('“QDM2” is not supported') as string,
    });
  });

  it('damaged ones are read or refused with a TillerError', async () => {
    const ima4 = form('AIFC', common(1, 3, 16, 'ima4'), sound(Buffer.alloc(3 * 34, 5)));
    const sources = [...FILES.map(([, bytes]) => bytes), ima4];
    const changes = fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sources), changes, fc.nat(60), async (source, list, cut) => {
        const bytes = Buffer.from(source.subarray(0, Math.max(0, source.length - cut)));
        for (const [at, value] of list) if (at < bytes.length) bytes[at] = value;
        const error: unknown = await decodeAudio(bytes, 'damaged').then(
          () => null,
          (reason: unknown) => reason,
        );
        expect(error === null || (error instanceof TillerError && error.code === 'audio-unreadable')).toBe(
          true,
        );
      }),
      { numRuns: 1500, seed: 11 },
    );
  });
});
