import fc from 'fast-check';
import {
  FRAME_HEADER_BYTES,
  MAX_PAYLOAD_BYTES,
  MAX_TEXT_BYTES,
  TO_PLUGIN,
} from '../../../src/protocol/plugin.js';
import { Block } from '../../../src/engine/host/block.js';
import { TillerError } from '../../../src/document/tiller-error.js';
import { blockFrame, capture, framesIn, readerOf } from './pipes.js';

describe('FrameWriter and FrameReader', () => {
  test('what is written is read, however the pipe cuts it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (texts, written, read) => {
          const { writer, bytes } = capture(written);
          for (const [level, text] of texts.entries()) writer.message(TO_PLUGIN.notice, { level }, text);
          const reader = readerOf(bytes(), read);
          for (const [level, text] of texts.entries()) {
            expect(reader.read()).toBe(true);
            expect(reader.type).toBe(TO_PLUGIN.notice.type);
            expect(reader.bytes.readUInt32LE(reader.start)).toBe(level);
            expect(reader.bytes.toString('utf8', reader.start + 4, reader.start + reader.length)).toBe(text);
          }
          expect(reader.read()).toBe(false);
        },
      ),
    );
  });

  test('more than the buffer holds passes through', () => {
    const text = 'x'.repeat(MAX_TEXT_BYTES);
    const { writer, bytes } = capture();
    for (let i = 0; i < 7; i++) writer.message(TO_PLUGIN.refused, {}, text);
    expect(framesIn(bytes()).map((frame) => frame.text === text)).toEqual(Array(7).fill(true));
  });

  test('a text beyond the bound is refused before anything is written', () => {
    const { writer, bytes } = capture();
    expect(() => writer.message(TO_PLUGIN.refused, {}, 'x'.repeat(MAX_TEXT_BYTES + 1))).toThrow(RangeError);
    expect(bytes()).toHaveLength(0);
  });

  test.each([
    [
      'longer than any frame',
      () => {
        const bytes = Buffer.alloc(FRAME_HEADER_BYTES);
        bytes.writeUInt32LE(MAX_PAYLOAD_BYTES + 1, 0);
        return bytes;
      },
    ],
    ['with a header that is none', () => Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('a frame %s ends the connection', (_, make) => {
    expect(() => readerOf(make()).read()).toThrow(TillerError);
  });

  test('a pipe that ends within a frame has ended', () => {
    const { writer, bytes } = capture();
    writer.message(TO_PLUGIN.refused, {}, 'half');
    expect(readerOf(bytes().subarray(0, 10)).read()).toBe(false);
  });

  test('samples keep their bits', () => {
    const channels = [Float32Array.of(0.1, -0, 1e-40), Float32Array.of(NaN, Infinity, 3)];
    const { writer, bytes } = capture();
    writer.samples(5, 0xffff_fffe, 3, channels);
    const [answer] = framesIn(bytes());
    expect(answer?.fields).toEqual({ epoch: 5, position: 0xffff_fffe, frames: 3, channels: 2 });
    expect(answer?.payload.subarray(16)).toEqual(Buffer.concat(channels.map((c) => Buffer.from(c.buffer))));
  });
});

describe('Block', () => {
  const decode = (bytes: Buffer) => {
    const reader = readerOf(bytes);
    reader.read();
    const block = new Block(reader);
    block.decode();
    return block;
  };

  test('carries audio and events', () => {
    const block = decode(
      blockFrame({
        epoch: 9,
        position: 77,
        channels: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        flags: 1,
        parameters: [[2, 16, 0.5]],
        midi: [[1, 0xb0, 74, 127]],
      }),
    );
    expect([block.epoch, block.position, block.frames, block.restart, block.skipped]).toEqual([
      9,
      77,
      3,
      true,
      false,
    ]);
    expect(block.samples.map((channel) => [...channel.subarray(0, 3)])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([block.parameterOffset(0), block.parameterIndex(0), block.parameterValue(0)]).toEqual([
      2, 16, 0.5,
    ]);
    expect([block.midiOffset(0), block.midiMessage(0)]).toEqual([1, 0xb0 | (74 << 8) | (127 << 16)]);
  });

  test('whatever field is wrong, it is refused', () => {
    const good = blockFrame({
      position: 0,
      channels: [[1, 2, 3]],
      parameters: [[0, 1, 0.5]],
      midi: [[0, 0x90, 60, 1]],
    });
    const wrong: [field: number, value: number][] = [
      [8, 9000],
      [8, 2],
      [12, 0],
      [12, 3],
      [12, 2],
      [20, 2],
      [20, 2000],
      [24, 0],
      [24, 0xffff_ffff],
    ];
    for (const [field, value] of wrong) {
      const bytes = Buffer.from(good);
      bytes.writeUInt32LE(value, FRAME_HEADER_BYTES + field);
      expect(() => decode(bytes)).toThrow(TillerError);
    }
    expect(() => decode(good)).not.toThrow();
  });
});
