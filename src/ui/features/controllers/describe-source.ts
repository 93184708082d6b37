import type { ControllerSource } from '../../../document/controller-source.js';

const NOTES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];

const onChannel = (channel: number) => (channel === 0 ? 'any channel' : `channel ${channel}`);

/** "C3 (60)": middle C is C3, as most controllers and hosts count. */
const noteName = (note: number) => `${NOTES[note % 12] ?? ''}${Math.floor(note / 12) - 2} (${note})`;

/** A controller's source in a few words. */
export function describeController(source: ControllerSource): string {
  switch (source.kind) {
    case 'cc':
      return `CC ${source.controller}, ${onChannel(source.channel)}`;
    case 'nrpn':
      return `NRPN ${source.number}, ${onChannel(source.channel)}`;
    case 'note':
      return `Note ${noteName(source.note)}, ${onChannel(source.channel)}`;
    case 'pitch-bend':
      return `Pitch bend, ${onChannel(source.channel)}`;
    case 'channel-pressure':
      return `Pressure, ${onChannel(source.channel)}`;
    case 'poly-pressure':
      return `Pressure of ${noteName(source.note)}, ${onChannel(source.channel)}`;
    case 'osc':
      return source.address;
    case 'gamepad':
      return `Gamepad axis ${source.axis + 1}`;
    case 'gamepad-button':
      return `Gamepad button ${source.button + 1}`;
    case 'key':
      return source.key === ' ' ? 'Space bar' : `Key ${source.key.toUpperCase()}`;
  }
}
