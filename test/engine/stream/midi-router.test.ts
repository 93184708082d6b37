import fc from 'fast-check';
import type { Assignment } from '../../../src/document/assignment.js';
import { MidiRouter, learnedSource } from '../../../src/engine/stream/midi-router.js';
import type { Input, InputSource } from '../../../src/document/input.js';
import { defaultInput } from '../../../src/document/default-preset.js';

function setUp(sources: InputSource[], change: Partial<Input> = {}, assignments: Assignment[] = []) {
  const controls: [offset: number, index: number, position: number][] = [];
  const turned: [offset: number, index: number, steps: number][] = [];
  const moves: [offset: number, index: number, value: number][] = [];
  const programs: [program: number, channel: number][] = [];
  const router = new MidiRouter({
    input: (...move) => moves.push(move),
    control: (...control) => controls.push(control),
    steps: (...steps) => turned.push(steps),
    program: (...program) => programs.push(program),
  });
  router.assign(assignments);
  router.configure(sources.map((source) => ({ ...defaultInput('x'), source, ...change })));
  return { router, moves, programs, controls, turned };
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

  it('maps the controller onto the input’s range, inverted', () => {
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

  describe('with a controller map', () => {
    const cc = (controller: number) => ({ kind: 'cc', channel: 0, controller, bits: 7 }) as const;
    const assign = (
      id: string,
      source: Assignment['source'],
      mode: Assignment['mode'] = 'jump',
    ): Assignment => ({
      id: `${id} ${mode}`,
      action: { id },
      source,
      mode,
      range: [0, 1],
      feedback: false,
    });

    it('passes a message to what it is assigned to, and not to an input that has the same source', () => {
      const { router, moves, controls } = setUp([cc(7), cc(8)], {}, [assign('dryWet', cc(7))]);
      router.message(3, 0xb0, 7, 127);
      router.message(4, 0xb0, 8, 0);
      expect(controls).toEqual([[3, 0, 1]]);
      expect(moves).toEqual([[4, 1, 0]]);
    });

    it('does not listen to the source of an input that the map assigns', () => {
      const { router, moves, controls } = setUp([cc(7), cc(8)], {}, [assign('input2', cc(9))]);
      router.message(0, 0xb0, 8, 127);
      router.message(0, 0xb0, 9, 127);
      expect(moves).toEqual([]);
      expect(controls).toEqual([[0, 0, 1]]);
    });

    it('reads a relative encoder in the encoding of its mode', () => {
      const { router, turned } = setUp([], {}, [
        assign('dryWet', cc(1), 'twos-complement'),
        assign('dryWet', cc(1), 'binary-offset'),
        assign('dryWet', cc(1), 'sign-magnitude'),
        assign('dryWet', cc(1), 'sign-magnitude-inverse'),
      ]);
      router.message(0, 0xb0, 1, 1);
      router.message(0, 0xb0, 1, 127);
      router.message(0, 0xb0, 1, 65);
      expect(turned.map(([, index, steps]) => [index, steps])).toEqual([
        [0, 1],
        [1, -63],
        [2, 1],
        [3, -1],
        [0, -1],
        [1, 63],
        [2, -63],
        [3, 63],
        [0, -63],
        [1, 1],
        [2, -1],
        [3, 1],
      ]);
    });

    it('plays a note as pressed and released', () => {
      const { router, controls } = setUp([], {}, [
        assign('freeze', { kind: 'note', channel: 1, note: 36 }, 'hold'),
      ]);
      for (const [status, velocity] of [
        [0x90, 1],
        [0x90, 0],
        [0x90, 127],
        [0x80, 64],
        [0x91, 64],
      ] as const)
        router.message(0, status, 36, velocity);
      expect(controls.map(([, , position]) => position)).toEqual([1, 0, 1, 0]);
    });

    it('plays an NRPN as an input’s source, and its steps as an assignment’s', () => {
      const nrpn = { kind: 'nrpn', channel: 0, number: 130 } as const;
      const { router, moves, controls, turned } = setUp([nrpn], {}, []);
      const select = () => {
        router.message(0, 0xb0, 99, 1);
        router.message(0, 0xb0, 98, 2);
      };
      select();
      router.message(0, 0xb0, 6, 127);
      expect(moves).toEqual([[0, 0, 1]]);
      router.assign([assign('dryWet', nrpn)]);
      router.message(0, 0xb0, 6, 0);
      router.message(0, 0xb0, 96, 0);
      router.message(0, 0xb0, 97, 0);
      expect(moves).toHaveLength(1);
      expect(controls).toEqual([[0, 0, 0]]);
      expect(turned.map(([, , steps]) => steps)).toEqual([1, -1]);
      // The null function: data then belongs to no parameter.
      router.message(0, 0xb0, 99, 127);
      router.message(0, 0xb0, 98, 127);
      router.message(0, 0xb0, 6, 64);
      expect(controls).toHaveLength(1);
      expect(router.learned(0xb0, 6, 64)).toMatchObject({ kind: 'cc', controller: 6 });
      select();
      router.message(0, 0xb0, 6, 64);
      expect(router.learned(0xb0, 6, 64)).toEqual({ kind: 'nrpn', channel: 1, number: 130 });
    });
  });

  it('stays in 0..1 and ignores damaged messages, whatever comes', () => {
    const { router, moves } = setUp(
      [
        { kind: 'cc', channel: 0, controller: 40, bits: 14 },
        { kind: 'note-pitch', channel: 0, low: 60, high: 60 },
        { kind: 'pitch-bend', channel: 0 },
        { kind: 'nrpn', channel: 0, number: 5 },
        { kind: 'mpe', zone: 'lower', dimension: 'bend', semitones: 1 },
        { kind: 'mpe', zone: 'upper', dimension: 'slide' },
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
  it('does not learn the selection of a parameter number', () => {
    for (const controller of [98, 99, 100, 101]) expect(learnedSource(0xb0, controller, 1)).toBeNull();
  });
  it('learns a key as a key', () => {
    expect(learnedSource(0x91, 60, 9)).toEqual({ kind: 'note', channel: 2, note: 60 });
  });

  it('names the channel as players count', () => {
    expect(learnedSource(0xb0, 21, 5)).toEqual({ kind: 'cc', channel: 1, controller: 21, bits: 7 });
  });
  it('does not learn from a note’s end or a program change', () => {
    expect(learnedSource(0x90, 60, 0)).toBeNull();
    expect(learnedSource(0x80, 60, 64)).toBeNull();
    expect(learnedSource(0xc0, 1, 0)).toBeNull();
  });
  it('does not learn from what a host sends when it stops, from a release, or a clock', () => {
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
