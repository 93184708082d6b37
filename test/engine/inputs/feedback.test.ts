import type { Assignment } from '../../../src/document/assignment.js';
import type { ControllerActivity, ControllersState } from '../../../src/protocol/controllers.js';
import { Feedback } from '../../../src/engine/inputs/feedback.js';

const assign = (id: string, source: Assignment['source'], more: Partial<Assignment> = {}): Assignment => ({
  id,
  action: { id: 'dryWet' },
  source,
  mode: 'jump',
  range: [0, 1],
  feedback: true,
  ...more,
});
const cc = { kind: 'cc', channel: 3, controller: 7, bits: 7 } as const;

/** Feedback with a clock of its own; `pass` lets time pass, and returns what was sent meanwhile. */
function setUp(...assignments: Assignment[]) {
  let now = 0;
  let due: { at: number; call: () => void }[] = [];
  const echoes: [string, number | null][] = [];
  const sent: (readonly number[])[] = [];
  let state: ControllersState = { assignments, learning: null };
  const values = new Map<string, number>();
  const listeners: (() => void)[] = [];
  let notify: (activity: ControllerActivity) => void = () => undefined;
  const subscribe = (listener: () => void) => {
    listeners.push(listener);
    return () => undefined;
  };
  const feedback = new Feedback(
    { subscribe, expectEcho: (...echo) => void echoes.push(echo) },
    {
      get state() {
        return state;
      },
      subscribe,
      onActivity: (listener) => {
        notify = listener;
        return () => undefined;
      },
    },
    { positionOf: ({ id }) => values.get(id) ?? 0 },
    (message) => sent.push(message),
    {
      now: () => now,
      after: (milliseconds, call) => {
        const one = { at: now + milliseconds, call };
        due.push(one);
        return () => (due = due.filter((other) => other !== one));
      },
    },
  );
  const changed = () => listeners.forEach((listener) => listener());
  return {
    feedback,
    echoes,
    set: (position: number, id = 'dryWet') => {
      values.set(id, position);
      changed();
    },
    assign: (next: Assignment[]) => {
      state = { ...state, assignments: next };
      changed();
    },
    touch: (...ids: string[]) => notify({ assignments: ids, inputs: [] }),
    pass: (milliseconds: number) => {
      const end = now + milliseconds;
      const earliest = () => due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      for (let next = earliest(); next !== undefined; next = earliest()) {
        const { at, call } = next;
        now = at;
        due = due.filter((other) => other !== next);
        call();
      }
      now = end;
      return sent.splice(0).map((message) => [...message]);
    },
  };
}

describe('Feedback', () => {
  it('sends what has changed, collected and in the resolution of the controller', () => {
    const { set, pass } = setUp(assign('a', cc));
    set(0.2);
    set(1);
    expect(pass(29)).toEqual([]);
    expect(pass(1)).toEqual([[0xb2, 7, 127]]);
    set(1 - 1 / 500);
    expect(pass(100)).toEqual([]);
  });

  it.each([
    [
      'a controller of 14 bits',
      { ...cc, bits: 14 as const },
      [
        [0xb2, 7, 64],
        [0xb2, 39, 0],
      ],
    ],
    [
      'an NRPN',
      { kind: 'nrpn' as const, channel: 0, number: 130 },
      [
        [0xb0, 99, 1],
        [0xb0, 98, 2],
        [0xb0, 6, 64],
        [0xb0, 38, 0],
        [0xb0, 99, 127],
        [0xb0, 98, 127],
      ],
    ],
    ['a key’s light', { kind: 'note' as const, channel: 1, note: 36 }, [[0x90, 36, 64]]],
    ['a bender', { kind: 'pitch-bend' as const, channel: 16 }, [[0xef, 0, 64]]],
  ])('moves %s', (_, source, messages) => {
    const { set, pass } = setUp(assign('a', source));
    set(0x2000 / 0x3fff);
    expect(pass(30)).toEqual(messages);
  });

  it('never moves a controller that the player is moving, and sends its value afterwards', () => {
    const { set, touch, pass } = setUp(assign('a', cc), assign('b', { ...cc, controller: 8 }));
    set(0.5);
    pass(30);
    for (let i = 0; i < 20; i += 1) {
      touch('a');
      set(0.5 + i / 100);
      expect(pass(60).some(([, controller]) => controller === 7)).toBe(false);
    }
    const settled = pass(400).filter(([, controller]) => controller === 7);
    expect(settled).toEqual([[0xb2, 7, Math.round(127 * 0.69)]]);
  });

  it('sends no more than a MIDI cable carries, and everything in the end', () => {
    const many = Array.from({ length: 100 }, (_, i) => assign(`a${i}`, { ...cc, controller: i }));
    const { set, pass } = setUp(...many);
    set(1);
    const first = pass(30);
    expect(first.length).toBeLessThanOrEqual(20);
    const rest = pass(30 * 10);
    expect(new Set([...first, ...rest].map(([, controller]) => controller)).size).toBe(100);
    expect(first.length + rest.length).toBe(100);
  });

  it('sends nothing without feedback, for triggers, and to what is no MIDI', () => {
    const { set, pass } = setUp(
      assign('a', cc, { feedback: false }),
      assign('b', cc, { action: { id: 'capture' }, mode: 'press' }),
      assign('c', { kind: 'osc', address: '/a', argument: 0 }),
    );
    set(1);
    set(1, 'capture');
    expect(pass(100)).toEqual([]);
  });

  it('lays the range of the assignment back onto the controller', () => {
    const { set, pass } = setUp(assign('a', cc, { range: [0.8, 0.4] }));
    set(0.4);
    expect(pass(30)).toEqual([[0xb2, 7, 127]]);
    set(0.9);
    expect(pass(30)).toEqual([[0xb2, 7, 0]]);
  });

  it('sends a new receiver everything again', () => {
    const { feedback, set, pass } = setUp(assign('a', cc));
    set(1);
    pass(30);
    feedback.resend();
    expect(pass(30)).toEqual([[0xb2, 7, 127]]);
    feedback.close();
  });

  // With values that change all the time, those at the end of the map were never sent.
  it('sends to all in turn where more changes than a cable carries', () => {
    const many = Array.from({ length: 60 }, (_, i) => assign(`a${i}`, { ...cc, controller: i }));
    const { set, pass } = setUp(...many);
    const heard = new Set<number | undefined>();
    for (let i = 0; i < 12; i += 1) {
      set((i % 2) / 2 + 0.1);
      for (const [, controller] of pass(30)) heard.add(controller);
    }
    expect(heard.size).toBe(60);
  });

  it('says where it moves a fader, until it has arrived', () => {
    const { set, pass, echoes } = setUp(
      assign('a', cc, { range: [0, 0.5] }),
      assign('b', { ...cc, controller: 8 }, { action: { id: 'freeze' }, mode: 'press' }),
    );
    set(0.25);
    set(1, 'freeze');
    expect(pass(30)).toHaveLength(2);
    expect(echoes.splice(0)).toEqual([['a', 0.5]]);
    pass(200);
    set(0.5);
    pass(480);
    expect(echoes.splice(0)).toEqual([['a', 1]]);
    pass(100);
    expect(echoes).toEqual([['a', null]]);
  });
});
