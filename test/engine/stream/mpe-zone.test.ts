import { MPE_BIT, MpeZone } from '../../../src/engine/stream/mpe-zone.js';

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const POLY_PRESSURE = 0xa0;
const CONTROL = 0xb0;
const PRESSURE = 0xd0;
const BEND = 0xe0;

describe('MpeZone', () => {
  let zone: MpeZone;
  beforeEach(() => (zone = new MpeZone('lower')));
  const now = () => [zone.bendSemitones, zone.slide, zone.pressure];

  it('follows the note that was pressed last, and the one before when it is released', () => {
    zone.take(NOTE_ON, 1, 60, 100);
    zone.take(PRESSURE, 1, 127, 0);
    expect(now()).toEqual([0, 64 / 127, 1]);
    zone.take(BEND, 2, 127, 127);
    expect(zone.take(NOTE_ON, 2, 64, 100)).toBe(7);
    zone.take(CONTROL, 2, 74, 0);
    expect(now()).toEqual([48, 0, 0]);
    // Movements of the other note are kept for when it is the last one again.
    expect(zone.take(PRESSURE, 1, 0, 0)).toBe(0);
    zone.take(NOTE_OFF, 2, 64, 0);
    expect(now()).toEqual([0, 64 / 127, 0]);
    zone.take(NOTE_ON, 1, 60, 0);
    zone.take(PRESSURE, 1, 64, 0);
    expect(zone.pressure).toBeCloseTo(64 / 127);
  });

  // A host that stops sends no note-offs: notes that it had ended came back when a later one was released.
  it.each([120, 123])(
    'ends the notes of a channel with controller %i, all notes with that of the manager',
    (mode) => {
      zone.take(NOTE_ON, 1, 60, 100);
      zone.take(PRESSURE, 1, 127, 0);
      zone.take(NOTE_ON, 2, 64, 100);
      zone.take(NOTE_ON, 3, 65, 100);
      expect(zone.take(CONTROL, 2, mode, 0)).toBe(0b111);
      zone.take(NOTE_OFF, 3, 65, 0);
      expect(zone.pressure).toBe(1);
      expect(zone.take(CONTROL, 0, mode, 0)).toBe(0);
      // The last note keeps its values, and nothing is left behind the next one.
      expect(zone.pressure).toBe(1);
      zone.take(NOTE_ON, 4, 60, 100);
      zone.take(NOTE_OFF, 4, 60, 0);
      expect(zone.pressure).toBe(0);
      expect(zone.take(CONTROL, 5, mode, 0)).toBe(0);
    },
  );

  it('adds the manager’s bend, and passes its slide and pressure on to every note', () => {
    zone.take(NOTE_ON, 4, 60, 100);
    zone.take(BEND, 4, 0, 0);
    expect(zone.take(BEND, 0, 127, 127)).toBe(MPE_BIT.bend);
    expect(zone.bendSemitones).toBe(-46);
    expect(zone.take(CONTROL, 0, 74, 127)).toBe(MPE_BIT.slide);
    zone.take(NOTE_ON, 5, 67, 100);
    expect(zone.slide).toBe(1);
  });

  it('takes the ranges of the bend from RPN 0: of all members from one, of the manager from its own', () => {
    zone.take(NOTE_ON, 4, 60, 100);
    zone.take(BEND, 4, 127, 127);
    zone.take(BEND, 0, 127, 127);
    zone.takeRpn(1, 0, 12);
    zone.takeRpn(0, 0, 7);
    expect(zone.bendSemitones).toBe(19);
  });

  it('has as many members as RPN 6 on its manager channel says, and starts over', () => {
    zone.take(NOTE_ON, 9, 60, 100);
    zone.take(PRESSURE, 9, 127, 0);
    zone.takeRpn(15, 6, 3);
    expect(zone.pressure).toBe(1);
    zone.takeRpn(0, 6, 3);
    expect(zone.take(NOTE_ON, 9, 60, 100)).toBe(0);
    expect(zone.pressure).toBe(0);
    expect(zone.take(NOTE_ON, 3, 60, 100)).toBe(7);
    zone.takeRpn(0, 6, 0);
    expect(zone.take(NOTE_ON, 1, 60, 100)).toBe(0);
  });

  it('counts the members of the upper zone downwards from channel 15', () => {
    const upper = new MpeZone('upper');
    upper.takeRpn(15, 6, 2);
    expect(upper.take(NOTE_ON, 14, 60, 1)).toBe(7);
    expect(upper.take(NOTE_ON, 13, 60, 1)).toBe(7);
    expect(upper.take(NOTE_ON, 12, 60, 1)).toBe(0);
    expect(upper.take(BEND, 15, 127, 127)).toBe(MPE_BIT.bend);
  });

  it('ignores notes and key pressure of the manager channel', () => {
    expect(zone.take(NOTE_ON, 0, 60, 1)).toBe(0);
    expect(zone.take(POLY_PRESSURE, 0, 60, 1)).toBe(0);
  });

  it('forgets the earliest of more notes than it can hold', () => {
    for (let i = 0; i < 200; i += 1) zone.take(NOTE_ON, 1 + (i % 15), i % 128, 1);
    for (let i = 199; i > 0; i -= 1) zone.take(NOTE_OFF, 1 + (i % 15), i % 128, 1);
    expect(zone.bendSemitones).toBe(0);
  });
});
