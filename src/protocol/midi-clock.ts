/** Status bytes of the MIDI clock (MIDI 1.0, System Real Time). */
export const MIDI_CLOCK = { tick: 0xf8, start: 0xfa, continue: 0xfb, stop: 0xfc } as const;
export type ClockStatus = (typeof MIDI_CLOCK)[keyof typeof MIDI_CLOCK];

/** Whether a status byte is one of `MIDI_CLOCK`. */
export const isClockStatus = (status: number): status is ClockStatus =>
  Object.values<number>(MIDI_CLOCK).includes(status);
