import fc from 'fast-check';
import { isMidiFile, readMidiFile } from '../../../src/engine/inputs/midi-file-reader.js';

/** Standard MIDI Files as programs write them. Each ramps controller 74 from 0 to 127 within one second. */

const ascii = (text: string) => Buffer.from(text, 'latin1');
const be32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
/** A quantity with seven bits per byte. */
const quantity = (value: number) => Buffer.from(value < 128 ? [value] : [0x80 | (value >> 7), value & 0x7f]);
const header = (division: number, tracks = 1, more = Buffer.alloc(0)) =>
  Buffer.concat([
    ascii('MThd'),
    be32(6 + more.length),
    Buffer.from([0, tracks > 1 ? 1 : 0, 0, tracks, division >> 8, division & 0xff]),
    more,
  ]);
const track = (events: Buffer, length = events.length) =>
  Buffer.concat([ascii('MTrk'), be32(length), events]);
const END = Buffer.from([0, 0xff, 0x2f, 0]);

/** The ramp in running status, over this many ticks. */
function ramp(ticks: number, status = 0xb0): Buffer {
  let last = 0;
  return Buffer.concat(
    Array.from({ length: 128 }, (_, i) => {
      const tick = Math.round((i * ticks) / 127);
      const delta = quantity(tick - last);
      last = tick;
      return Buffer.concat([delta, Buffer.from(i === 0 ? [status, 74, i] : [74, i])]);
    }),
  );
}
const usual = Buffer.concat([header(480), track(Buffer.concat([ramp(960), END]))]);
const rampEnd = Buffer.concat([ramp(960), END]);

const FILES: [name: string, bytes: Buffer][] = [
  ['running status', usual],
  // Regression: 29 frames per second was taken as it stands, 3 % slow.
  [
    'SMPTE at 29.97 frames per second',
    Buffer.concat([header(0xe364), track(Buffer.concat([ramp(2997), END]))]),
  ],
  ['SMPTE at 25 frames per second', Buffer.concat([header(0xe728), track(Buffer.concat([ramp(1000), END]))])],
  ['a longer header', Buffer.concat([header(480, 1, Buffer.alloc(2)), track(rampEnd)])],
  // Regression: not a MIDI file.
  [
    'an unknown chunk before the track',
    Buffer.concat([header(480), ascii('XFIH'), be32(5), ascii('abcde'), track(rampEnd)]),
  ],
  // Regression: read as CSV.
  [
    'RIFF (RMID)',
    Buffer.concat([ascii('RIFF'), be32(0), ascii('RMIDdata'), be32(usual.length).reverse(), usual]),
  ],
  ['MacBinary', Buffer.concat([Buffer.alloc(128), usual])],
  ['no end of track', Buffer.concat([header(480), track(ramp(960))])],
  ['bytes after the last track', Buffer.concat([usual, Buffer.alloc(64)])],
  ['text after the last track', Buffer.concat([usual, ascii('text that is no chunk')])],
  ['an empty track first', Buffer.concat([header(480, 2), track(Buffer.alloc(0)), track(rampEnd)])],
  ['fewer tracks than stated', Buffer.concat([header(480, 4), track(rampEnd)])],
  // Regression: moved nothing.
  ['a track without a length', Buffer.concat([header(480), track(rampEnd, 0xffff_ffff)])],
  ['a track with too large a length', Buffer.concat([header(480), track(rampEnd, rampEnd.length + 10)])],
  ['a track with too small a length', Buffer.concat([header(480), track(rampEnd, rampEnd.length - 4)])],
  [
    'too small a length before another track',
    Buffer.concat([header(480, 2), track(END, 1), track(rampEnd, rampEnd.length)]),
  ],
  [
    'clock bytes in the track',
    Buffer.concat([header(480), track(Buffer.concat([Buffer.from([0, 0xf8, 0, 0xfe]), rampEnd]))]),
  ],
  [
    'running status after system-exclusive and meta events',
    Buffer.concat([
      header(480),
      track(
        Buffer.concat([
          ramp(960).subarray(0, 4),
          Buffer.from([0, 0xf0, 3, 0x7e, 1, 0xf7, 0, 0xff, 1, 2, 0x68, 0x69]),
          ramp(960).subarray(4),
          END,
        ]),
      ),
    ]),
  ],
  [
    'a tempo in another track',
    Buffer.concat([
      header(480, 2),
      track(Buffer.concat([ramp(480), END])),
      track(Buffer.concat([Buffer.from([0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40]), END])),
    ]),
  ],
];

describe('readMidiFile', () => {
  it.each(FILES)('reads %s', (_, bytes) => {
    expect(isMidiFile(bytes)).toBe(true);
    const messages = readMidiFile(bytes) ?? [];
    expect(messages.map(({ message }) => message)).toEqual(
      Array.from({ length: 128 }, (__, i) => [0xb0, 74, i]),
    );
    expect(messages[0]?.seconds).toBe(0);
    // Within the rounding of a ramp to whole ticks.
    expect(messages[127]?.seconds).toBeCloseTo(1, 5);
    expect(messages[64]?.seconds).toBeCloseTo(64 / 127, 2);
  });

  it('applies tempo changes', () => {
    const slower = Buffer.from([0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40]);
    const note = (delta: number) => Buffer.concat([quantity(delta), Buffer.from([0x90, 60, 64])]);
    const file = Buffer.concat([header(480), track(Buffer.concat([note(480), slower, note(480), END]))]);
    expect(readMidiFile(file)?.map(({ seconds }) => seconds)).toEqual([0.5, 1.5]);
  });

  it('gives null for other files', () => {
    for (const bytes of [Buffer.alloc(0), ascii('seconds,x\n0,1\n'), header(480), usual.subarray(4)])
      expect(readMidiFile(bytes)).toBeNull();
    expect(isMidiFile(ascii('seconds,x\n0,1\n'))).toBe(false);
    expect(isMidiFile(ascii('RIFF\0\0\0\0WAVEfmt '))).toBe(false);
  });

  it('gives messages in order of time, with valid bytes, for damaged files', () => {
    const changes = fc.array(fc.tuple(fc.nat(500), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.constantFrom(...FILES.map(([, bytes]) => bytes)),
        changes,
        fc.nat(300),
        (source, list, cut) => {
          const bytes = Buffer.from(source.subarray(0, Math.max(0, source.length - cut)));
          for (const [at, value] of list) if (at < bytes.length) bytes[at] = value;
          const messages = readMidiFile(bytes) ?? [];
          const isOrdered = messages.every(({ seconds }, i) => seconds >= (messages[i - 1]?.seconds ?? 0));
          const isValid = messages.every(
            ({ message: [status, data1, data2] }) =>
              status >= 0x80 && status < 0xf0 && data1 < 128 && data2 < 128,
          );
          expect([isOrdered, isValid]).toEqual([true, true]);
        },
      ),
      { numRuns: 2000, seed: 3 },
    );
  });
});
