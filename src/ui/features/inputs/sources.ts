import type { AudioDescriptor } from '../../../document/audio-descriptors.js';
import type { InputSource } from '../../../document/input.js';
import type { LfoShape } from '../../../document/lfo-shapes.js';
import { describeController } from '../controllers/describe-source.js';
import type { Choice } from '../../shared/controls/choices.js';

export const SOURCE_CHOICES: readonly Choice<InputSource['kind']>[] = [
  { value: 'pad', label: 'Pad' },
  { value: 'host', label: 'Host automation' },
  { value: 'cc', label: 'MIDI controller' },
  { value: 'nrpn', label: 'MIDI NRPN' },
  { value: 'pitch-bend', label: 'Pitch bend' },
  { value: 'channel-pressure', label: 'Channel pressure' },
  { value: 'poly-pressure', label: 'Key pressure' },
  { value: 'note-pitch', label: 'Note pitch' },
  { value: 'note-velocity', label: 'Note velocity' },
  { value: 'mpe', label: 'MPE' },
  { value: 'osc', label: 'OSC' },
  { value: 'gamepad', label: 'Gamepad axis' },
  { value: 'gamepad-button', label: 'Gamepad button' },
  { value: 'lfo', label: 'LFO' },
  { value: 'audio', label: 'Incoming audio' },
];

/** The settings that a kind of source has when it is selected; `index` is the input's, so that two inputs start different. */
export function defaultSource(kind: InputSource['kind'], index: number): InputSource {
  switch (kind) {
    case 'pad':
    case 'host':
      return { kind };
    case 'cc':
      return { kind, channel: 0, controller: index === 0 ? 1 : Math.min(127, 15 + index), bits: 7 };
    case 'nrpn':
      return { kind, channel: 0, number: index };
    case 'mpe':
      return { kind, zone: 'lower', dimension: MPE_DIMENSIONS[index % MPE_DIMENSIONS.length] ?? 'bend' };
    case 'gamepad-button':
      return { kind, button: index };
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
    case 'audio':
      return { kind, ...DEFAULT_FOLLOWER };
  }
}

/** What a new follower of the audio has. */
export const DEFAULT_FOLLOWER = {
  descriptor: 'loudness',
  attackMilliseconds: 10,
  releaseMilliseconds: 200,
  heard: null,
} as const;

export const DESCRIPTOR_NAMES: Readonly<Record<AudioDescriptor, string>> = {
  loudness: 'Loudness',
  brightness: 'Brightness',
  noisiness: 'Noisiness',
  onset: 'Onsets',
  pitch: 'Pitch',
};

export const SHAPE_NAMES: Readonly<Record<LfoShape, string>> = {
  sine: 'Sine',
  triangle: 'Triangle',
  ramp: 'Ramp',
  random: 'Random',
  steps: 'Steps',
};

const formatPeriod = ({ period, unit }: Extract<InputSource, { kind: 'lfo' }>) =>
  unit === 'seconds' ? `${period} s` : period === 1 ? '1 beat' : `${period} beats`;

/** The movements of an MPE note. */
export const MPE_DIMENSIONS = ['slide', 'pressure', 'bend'] as const;
export const MPE_NAMES: Readonly<Record<(typeof MPE_DIMENSIONS)[number], string>> = {
  slide: 'Slide',
  pressure: 'Pressure',
  bend: 'Bend',
};

/** The source in a few words, for display. */
export function describeSource(source: InputSource): string {
  switch (source.kind) {
    case 'cc':
    case 'nrpn':
    case 'osc':
    case 'gamepad':
    case 'gamepad-button':
      return describeController(source);
    case 'mpe':
      return `MPE ${MPE_NAMES[source.dimension].toLowerCase()}`;
    case 'lfo':
      return `${SHAPE_NAMES[source.shape]}, ${formatPeriod(source)}`;
    case 'audio':
      return `${DESCRIPTOR_NAMES[source.descriptor]} of the audio`;
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
