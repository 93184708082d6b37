import { MidiClock } from '../../../src/engine/time/midi-clock.js';
import { isClockStatus, MIDI_CLOCK } from '../../../src/protocol/midi-clock.js';

const tickMs = (tempo: number) => 60_000 / tempo / 24;

/** Sends `count` ticks at a tempo, from `from` on, each late by `late(i)`. @returns the time after the last one */
function tick(
  clock: MidiClock,
  tempo: number,
  count: number,
  from = 0,
  late: (i: number) => number = () => 0,
): number {
  for (let i = 0; i < count; i++) clock.receive(MIDI_CLOCK.tick, from + i * tickMs(tempo) + late(i));
  return from + count * tickMs(tempo);
}

describe('a MIDI clock', () => {
  it('has no tempo before half a beat, then its own, and a beat of 24 ticks', () => {
    const clock = new MidiClock();
    clock.receive(MIDI_CLOCK.start, 0);
    tick(clock, 90, 12);
    expect(clock.read(0)).toBeNull();
    const next = tick(clock, 90, 37, 12 * tickMs(90));
    const { tempo, beat } = clock.read(next) ?? { tempo: NaN, beat: NaN };
    expect(tempo).toBeCloseTo(90, 6);
    expect(beat).toBeCloseTo(49 / 24, 6);
  });

  it('counts from its start, goes on where it was stopped, and has no beat meanwhile', () => {
    const clock = new MidiClock();
    const one = tick(clock, 120, 30);
    clock.receive(MIDI_CLOCK.start, one);
    const two = tick(clock, 120, 25, one);
    expect(clock.isOnBeat).toBe(true);
    expect(clock.read(two - tickMs(120))?.beat).toBeCloseTo(1, 6);
    clock.receive(MIDI_CLOCK.stop, two);
    const three = tick(clock, 120, 100, two);
    expect(clock.read(three)).toEqual({ tempo: expect.closeTo(120, 6) as number, beat: null });
    clock.receive(MIDI_CLOCK.continue, three);
    const four = tick(clock, 120, 24, three);
    expect(clock.read(four - tickMs(120))?.beat).toBeCloseTo(2, 6);
  });

  it('smooths jitter of ±4 ms to a tempo within 0.5 % and a beat within 4 ms', () => {
    const clock = new MidiClock();
    clock.receive(MIDI_CLOCK.start, 0);
    let seed = 1;
    const jitter = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return (8 * seed) / 2_147_483_647 - 4;
    };
    const next = tick(clock, 128, 960, 0, jitter);
    const { tempo, beat } = clock.read(next) ?? { tempo: NaN, beat: NaN };
    expect(Math.abs(tempo / 128 - 1)).toBeLessThan(0.005);
    expect((Math.abs((beat ?? NaN) - 40) * 60_000) / 128).toBeLessThan(4);
  });

  it('follows another tempo, at once where it jumps, and gives none outside the range', () => {
    const clock = new MidiClock();
    const one = tick(clock, 60, 48);
    const two = tick(clock, 62, 24 * 20, one);
    expect(clock.read(two)?.tempo).toBeCloseTo(62, 1);
    const three = tick(clock, 140, 30, two + 5000);
    expect(clock.read(three)?.tempo).toBeCloseTo(140, 1);
    const irregular = new MidiClock();
    for (let i = 0; i < 50; i++) irregular.receive(MIDI_CLOCK.tick, 0);
    expect(irregular.read(0)).toBeNull();
  });

  it('knows its messages', () => {
    expect([0x90, 0xf0, 0xf2, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfe].map(isClockStatus)).toEqual([
      ...[false, false, false, true, false, true, true, true, false],
    ]);
  });
});
