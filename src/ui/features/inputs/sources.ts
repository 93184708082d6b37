import type { InputSource } from '../../../document/input.js';
import type { LfoShape } from '../../../document/lfo-shapes.js';
import type { Choice } from '../../shared/controls/choices.js';

export const SOURCE_CHOICES: readonly Choice<InputSource['kind']>[] = [
  { value: 'pad', label: 'Pad' },
  { value: 'host', label: 'Host automation' },
  { value: 'cc', label: 'MIDI controller' },
  { value: 'pitch-bend', label: 'Pitch bend' },
  { value: 'channel-pressure', label: 'Channel pressure' },
  { value: 'poly-pressure', label: 'Key pressure' },
  { value: 'note-pitch', label: 'Note pitch' },
  { value: 'note-velocity', label: 'Note velocity' },
  { value: 'osc', label: 'OSC' },
  { value: 'gamepad', label: 'Gamepad' },
  { value: 'lfo', label: 'LFO' },
];

/** The settings that a kind of source has when it is selected; `index` is the input's, so that two inputs start different. */
export function defaultSource(kind: InputSource['kind'], index: number): InputSource {
  switch (kind) {
    case 'pad':
    case 'host':
      return { kind };
    case 'cc':
      return { kind, channel: 0, controller: index === 0 ? 1 : Math.min(127, 15 + index), bits: 7 };
    case 'pitch-bend':
    case 'channel-pressure':
    case 'note-velocity':
      return { kind, channel: 0 };
    case 'poly-pressure':
      return { kind, channel: 0, note: 60 };
    case 'note-pitch':
      return { kind, channel: 0, low: 36, high: 84 };
    case 'osc':
      return { kind, address: `/tiller/input/${index + 1}`, argument: 0 };
    case 'gamepad':
      return { kind, axis: index };
    case 'lfo':
      return { kind, shape: 'sine', period: 4, unit: 'beats', phase: 0, seed: index };
  }
}

export const SHAPE_NAMES: Readonly<Record<LfoShape, string>> = {
  sine: 'Sine',
  triangle: 'Triangle',
  ramp: 'Ramp',
  random: 'Random',
  steps: 'Steps',
};

const formatPeriod = ({ period, unit }: Extract<InputSource, { kind: 'lfo' }>) =>
  unit === 'seconds' ? `${period} s` : period === 1 ? '1 beat' : `${period} beats`;

const channelName = (channel: number) => (channel === 0 ? 'any channel' : `channel ${channel}`);

/** The source in a few words, for display. */
export function describeSource(source: InputSource): string {
  switch (source.kind) {
    case 'cc':
      return `CC ${source.controller}, ${channelName(source.channel)}`;
    case 'osc':
      return source.address;
    case 'gamepad':
      return `Gamepad axis ${source.axis + 1}`;
    case 'lfo':
      return `${SHAPE_NAMES[source.shape]}, ${formatPeriod(source)}`;
    case 'pitch-bend':
    case 'channel-pressure':
    case 'note-velocity':
    case 'poly-pressure':
    case 'note-pitch':
    case 'pad':
    case 'host':
      return SOURCE_CHOICES.find(({ value }) => value === source.kind)?.label ?? source.kind;
  }
}
