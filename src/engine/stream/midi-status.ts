/** Status bytes of MIDI 1.0 channel messages, without their channel, and the controllers that have a fixed meaning. */
export const NOTE_OFF = 0x80;
export const NOTE_ON = 0x90;
export const POLY_PRESSURE = 0xa0;
export const CONTROL_CHANGE = 0xb0;
export const PROGRAM_CHANGE = 0xc0;
export const CHANNEL_PRESSURE = 0xd0;
export const PITCH_BEND = 0xe0;

export const BANK_SELECT = 0;
export const DATA_ENTRY = 6;
export const DATA_ENTRY_FINE = 38;
export const SLIDE = 74;
export const DATA_INCREMENT = 96;
export const DATA_DECREMENT = 97;
export const NRPN_FINE = 98;
export const NRPN_COARSE = 99;
export const RPN_FINE = 100;
export const RPN_COARSE = 101;
export const FIRST_CHANNEL_MODE = 120;
export const ALL_SOUND_OFF = 120;
/** All notes off; the mode messages above it end all notes, too. */
export const ALL_NOTES_OFF = 123;

export const PITCH_BEND_CENTRE = 0x2000;
export const MAX_14_BITS = 0x3fff;
