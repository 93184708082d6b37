import fc from 'fast-check';
import type { Assignment, AssignmentMode } from '../../../src/document/assignment.js';
import { AssignmentPlayer } from '../../../src/engine/stream/assignment-player.js';

const cc = { kind: 'cc', channel: 0, controller: 1, bits: 7 } as const;

function setUp(action: string, mode: AssignmentMode, range: [number, number] = [0, 1], value = 0.5) {
  const state = { value, triggers: 0 };
  const player = new AssignmentPlayer({
    positionOf: () => state.value,
    move: (_, position) => (state.value = position),
    trigger: () => (state.triggers += 1),
  });
  const assignment: Assignment = {
    id: 'a',
    action: { id: action },
    source: cc,
    mode,
    range,
    feedback: false,
  };
  player.configure([assignment]);
  const send = (...positions: number[]) => {
    for (const position of positions) player.setPosition(0, position);
    return state.value;
  };
  return { state, player, send, assignment };
}

describe('AssignmentPlayer', () => {
  it('does nothing with a fader until it has passed the present value, from either side', () => {
    for (const [away, passing] of [
      [[0, 0.2, 0.4], 0.6],
      [[1, 0.8, 0.7], 0.3],
    ] as const) {
      const { send } = setUp('dryWet', 'pick-up');
      expect(send(...away)).toBe(0.5);
      expect(send(passing)).toBe(passing);
      expect(send(0.1, 0.9)).toBe(0.9);
    }
  });

  it('lets a fader go when something else moves the value away', () => {
    const { state, send } = setUp('dryWet', 'pick-up');
    send(0.5, 0.6);
    state.value = 0.1;
    expect(send(0.61)).toBe(0.1);
    expect(send(0.05)).toBe(0.05);
    expect(send(0.2)).toBe(0.2);
  });

  it('keeps a fader that another assignment of the map changes', () => {
    const { player, send, assignment } = setUp('dryWet', 'pick-up');
    send(0.5, 0.9);
    player.configure([assignment, { ...assignment, id: 'b' }]);
    expect(send(0.2)).toBe(0.2);
  });

  it('takes every position at once without pick-up', () => {
    expect(setUp('dryWet', 'jump').send(0.9)).toBe(0.9);
  });

  it('covers the range of the assignment, which may be upside down', () => {
    const { send } = setUp('dryWet', 'jump', [0.8, 0.4]);
    expect(send(0)).toBeCloseTo(0.8);
    expect(send(1)).toBeCloseTo(0.4);
  });

  it('changes a toggle with each press, and keeps it while held', () => {
    const press = setUp('freeze', 'press', [0, 1], 0);
    expect([press.send(1), press.send(0), press.send(1), press.send(0)]).toEqual([1, 1, 0, 0]);
    const hold = setUp('freeze', 'hold', [0, 1], 0);
    expect([hold.send(1), hold.send(0), hold.send(0.7), hold.send(0.2)]).toEqual([1, 0, 1, 0]);
  });

  it('triggers when the source passes its middle upwards, and when a button sends no release', () => {
    const { state, send } = setUp('capture', 'press');
    send(0.4, 0.6, 0.7, 0.9, 0.3, 0.8);
    expect(state.triggers).toBe(2);
    send(0, 1, 1, 1);
    expect(state.triggers).toBe(5);
  });

  it('steps through the range in 127 steps, through a choice one by one, and switches', () => {
    const fine = setUp('dryWet', 'twos-complement');
    fine.player.step(0, 3);
    expect(fine.state.value).toBeCloseTo(0.5 + 3 / 127);
    fine.player.step(0, -1000);
    expect(fine.state.value).toBe(0);
    const upsideDown = setUp('dryWet', 'twos-complement', [0.7, 0.3]);
    upsideDown.player.step(0, 1000);
    expect(upsideDown.state.value).toBe(0.3);
    const choice = setUp('loopLength', 'twos-complement', [0, 1], 0);
    choice.player.step(0, 2);
    expect(choice.state.value).toBeCloseTo(2 / 14);
    const toggle = setUp('freeze', 'twos-complement', [0, 1], 0);
    toggle.player.step(0, 1);
    expect(toggle.state.value).toBe(1);
    toggle.player.step(0, -5);
    expect(toggle.state.value).toBe(0);
  });

  it('never jumps by more than the fader does, whatever is sent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (positions, value) => {
          const { state, player } = setUp('dryWet', 'pick-up', [0, 1], value);
          let last = NaN;
          for (const position of positions) {
            const before = state.value;
            player.setPosition(0, position);
            const moved = state.value !== before;
            // It moves to where the fader is, and only where the fader came from the value or passed it.
            if (moved) expect(state.value).toBe(position);
            if (moved && !Number.isNaN(last))
              expect(Math.abs(state.value - before)).toBeLessThanOrEqual(Math.abs(position - last) + 1 / 127);
            last = position;
          }
        },
      ),
    );
  });

  describe('with a motor fader', () => {
    /** As MIDI is routed: what is no echo is played. */
    const motor = (mode: AssignmentMode, range: [number, number] = [0, 1]) => {
      const rig = setUp('dryWet', mode, range);
      return {
        ...rig,
        hear: (...positions: number[]) => {
          for (const position of positions)
            if (!rig.player.isEcho(0, position)) rig.player.setPosition(0, position);
          return rig.state.value;
        },
      };
    };

    // What the fader sent on its way moved the value back to where the fader was.
    it.each(['jump', 'pick-up'] as const)('takes what it sends on its way for the motor’s (%s)', (mode) => {
      const { state, player, hear } = motor(mode);
      hear(0.45, 0.55, 0.2);
      state.value = 0.9;
      player.expectEcho(0, 0.9);
      expect(hear(0.3, 0.5, 0.7, 0.88, 0.91, 0.9)).toBe(0.9);
      player.expectEcho(0, NaN);
      expect(hear(0.85)).toBe(0.85);
      expect(hear(0.2)).toBe(0.2);
    });

    it('is the player’s as soon as it leaves the way', () => {
      const { state, player, hear } = motor('jump');
      hear(0.5);
      state.value = 0.9;
      player.expectEcho(0, 0.9);
      expect(hear(0.6)).toBe(0.9);
      expect(hear(0.4)).toBe(0.4);
      expect(hear(0.6)).toBe(0.6);
    });

    it('has picked the value up where it sends nothing on its way', () => {
      const { state, player, hear } = motor('pick-up', [0.5, 1]);
      state.value = 0.75;
      player.expectEcho(0, 0.5);
      player.expectEcho(0, NaN);
      expect(hear(0.52)).toBe(0.76);
    });

    it('never moves a value by an echo, wherever it comes from', () => {
      const unit = fc.double({ min: 0, max: 1, noNaN: true });
      fc.assert(
        fc.property(unit, unit, fc.array(unit, { maxLength: 20 }), (from, to, shares) => {
          const { state, player, hear } = motor('jump');
          hear(from);
          state.value = to;
          player.expectEcho(0, to);
          const way = [...shares].sort((a, b) => a - b).map((share) => from + share * (to - from));
          expect(hear(...way, to)).toBe(to);
        }),
      );
    });
  });
});
