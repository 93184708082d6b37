import fc from 'fast-check';
import { MidiRouter, learnedSource } from '../../../src/engine/stream/midi-router.js';
import type { Input, InputSource } from '../../../src/document/input.js';
import { defaultInput } from '../../../src/document/default-preset.js';

function setUp(sources: InputSource[], change: Partial<Input> = {}) {
  const moves: [offset: number, index: number, value: number][] = [];
  const programs: [program: number, channel: number][] = [];
  const router = new MidiRouter({
    input: (...move) => moves.push(move),
    program: (...program) => programs.push(program),
  });
  router.configure(sources.map((source) => ({ ...defaultInput('x'), source, ...change })));
  return { router, moves, programs };
}

describe('MidiRouter', () => {
  it('routes a seven-bit controller on its channel, or on any', () => {
    const { router, moves } = setUp([
      { kind: 'cc', channel: 2, controller: 74, bits: 7 },
      { kind: 'cc', channel: 0, controller: 74, bits: 7 },
    ]);
    router.message(11, 0xb1, 74, 127);
    router.message(12, 0xb0, 74, 0);
    router.message(13, 0xb1, 73, 1);
    expect(moves).toEqual([
      [11, 0, 1],
      [11, 1, 1],
      [12, 1, 0],
    ]);
  });

  it('joins the halves of a fourteen-bit controller; the coarse half clears the fine one', () => {
    const { router, moves } = setUp([{ kind: 'cc', channel: 1, controller: 1, bits: 14 }]);
    router.message(0, 0xb0, 1, 0x40);
    router.message(0, 0xb0, 33, 0x7f);
    router.message(0, 0xb0, 1, 0x7f);
    router.message(0, 0xb0, 33, 0x7f);
    expect(moves.map(([, , value]) => Math.round(value * 16_383))).toEqual([0x2000, 0x207f, 0x3f80, 0x3fff]);
  });

  it.each<[string, InputSource, [number, number, number], number]>([
    ['pitch bend', { kind: 'pitch-bend', channel: 0 }, [0xe3, 127, 127], 1],
    ['channel pressure', { kind: 'channel-pressure', channel: 0 }, [0xd0, 127, 0], 1],
    ['poly pressure', { kind: 'poly-pressure', channel: 0, note: 60 }, [0xa0, 60, 127], 1],
    ['a note’s pitch', { kind: 'note-pitch', channel: 0, low: 40, high: 80 }, [0x90, 50, 1], 0.25],
    ['a note’s velocity', { kind: 'note-velocity', channel: 0 }, [0x90, 50, 127], 1],
  ])('routes %s', (_name, source, message, value) => {
    const { router, moves } = setUp([source]);
    router.message(0, ...message);
    expect(moves).toEqual([[0, 0, value]]);
  });

  it('takes a note-on of velocity 0 as the note’s end', () => {
    const { router, moves } = setUp([{ kind: 'note-velocity', channel: 0 }]);
    router.message(0, 0x90, 60, 0);
    expect(moves).toEqual([]);
  });

  it('lays the travel onto the input’s range, inverted', () => {
    const { router, moves } = setUp([{ kind: 'cc', channel: 0, controller: 7, bits: 7 }], {
      range: [0.2, 0.6],
      inverted: true,
    });
    router.message(0, 0xb0, 7, 0);
    router.message(0, 0xb0, 7, 127);
    expect(moves.map(([, , value]) => value)).toEqual([0.6, 0.2]);
  });

  it('reports program changes with their channel and the bank that was selected on it', () => {
    const { router, programs } = setUp([]);
    router.message(0, 0xc5, 3, 0);
    router.message(0, 0xb5, 0, 2);
    router.message(0, 0xb5, 32, 5);
    router.message(0, 0xc5, 3, 0);
    router.message(0, 0xc4, 3, 0);
    router.message(0, 0xb5, 0, 1);
    router.message(0, 0xc5, 127, 0);
    expect(programs).toEqual([
      [3, 6],
      [(2 * 128 + 5) * 128 + 3, 6],
      [3, 5],
      [1 * 128 * 128 + 127, 6],
    ]);
  });

  it('stays in 0..1 and ignores damaged messages, whatever comes', () => {
    const { router, moves } = setUp(
      [
        { kind: 'cc', channel: 0, controller: 40, bits: 14 },
        { kind: 'note-pitch', channel: 0, low: 60, high: 60 },
        { kind: 'pitch-bend', channel: 0 },
      ],
      { curve: -1 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(300), fc.integer({ min: -1, max: 300 }), fc.nat(300))),
        (messages) => {
          for (const message of messages) router.message(0, ...message);
          expect(moves.every(([, , value]) => value >= 0 && value <= 1)).toBe(true);
        },
      ),
    );
    expect(moves.length).toBeGreaterThan(0);
  });
});

describe('learnedSource', () => {
  it('names the channel as players count', () => {
    expect(learnedSource(0xb0, 21, 5)).toEqual({ kind: 'cc', channel: 1, controller: 21, bits: 7 });
  });
  it('does not learn from a note’s end or a program change', () => {
    expect(learnedSource(0x90, 60, 0)).toBeNull();
    expect(learnedSource(0x80, 60, 64)).toBeNull();
    expect(learnedSource(0xc0, 1, 0)).toBeNull();
  });
  it('does not learn from what a host sends when it stops, from what is let go, or from a clock', () => {
    for (let controller = 120; controller < 128; controller++)
      expect(learnedSource(0xb0, controller, 0)).toBeNull();
    for (const [status, data1, data2] of [
      [0xe0, 0, 0x40],
      [0xd0, 0, 0],
      [0xa0, 60, 0],
      [0xf8, 0, 0],
    ] as const)
      expect(learnedSource(status, data1, data2)).toBeNull();
    expect(learnedSource(0xb3, 119, 0)).toEqual({ kind: 'cc', channel: 4, controller: 119, bits: 7 });
    expect(learnedSource(0xe0, 1, 0x40)).toEqual({ kind: 'pitch-bend', channel: 1 });
    expect(learnedSource(0xd0, 1, 0)).toEqual({ kind: 'channel-pressure', channel: 1 });
  });
});
