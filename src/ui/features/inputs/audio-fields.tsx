import { useEffect, useState } from 'react';
import {
  AUDIO_DESCRIPTORS,
  DESCRIPTOR_SCALES,
  MAX_FOLLOW_MILLISECONDS,
  type AudioDescriptor,
} from '../../../document/audio-descriptors.js';
import type { InputSource } from '../../../document/input.js';
import { values } from '../../engine-client/page.js';
import { Select } from '../../shared/controls/select.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { TypedNumber, type TypedNumberProps } from '../../shared/controls/number-field.js';
import { MiniField } from '../../shared/controls/mini-field.js';
import { DEFAULT_FOLLOWER, DESCRIPTOR_NAMES } from './sources.js';
import fields from '../../shared/controls/mini-field.module.css';
import styles from './audio-fields.module.css';

type Audio = Extract<InputSource, { kind: 'audio' }>;
type Range = [low: number, high: number];

const REFRESH_MILLISECONDS = 100;
const HELP: Readonly<Record<AudioDescriptor, string>> = {
  loudness: 'How loud the input is, as the ear weighs it.',
  brightness: 'Where most of the sound’s energy lies, from dark to bright.',
  noisiness: 'From a pure tone to noise.',
  onset: 'A peak where a sound begins.',
  pitch: 'The fundamental frequency; it stays where a sound has none.',
};
const DECIMALS: Readonly<Record<AudioDescriptor, number>> = {
  loudness: 1,
  brightness: 0,
  noisiness: 2,
  onset: 1,
  pitch: 1,
};

/** The settings of an input that follows the incoming audio: what, how fast, and which range counts. */
export function AudioFields({
  name,
  index,
  source,
  onChange,
}: {
  name: string;
  /** Of the input, from 0. */
  index: number;
  source: Audio;
  onChange: (source: Audio) => void;
}) {
  const { descriptor, heard } = source;
  const time = (
    label: 'Attack' | 'Release',
    field: 'attackMilliseconds' | 'releaseMilliseconds',
    initial: number,
  ) => (
    <WideNumber
      {...{ name, label, initial }}
      help={`How long it takes for 63 % of a ${label === 'Attack' ? 'rise' : 'fall'}: 0 to 5000 ms.`}
      value={source[field]}
      min={0}
      max={MAX_FOLLOW_MILLISECONDS}
      unit="ms"
      onAccept={(milliseconds) => onChange({ ...source, [field]: milliseconds })}
    />
  );
  return (
    <>
      <Select
        label={`${name}: what it follows`}
        help={HELP[descriptor]}
        value={descriptor}
        choices={AUDIO_DESCRIPTORS.map((value) => ({ value, label: DESCRIPTOR_NAMES[value] }))}
        className={fields.choice}
        onChange={(next) => onChange({ ...source, descriptor: next, heard: null })}
      />
      {time('Attack', 'attackMilliseconds', DEFAULT_FOLLOWER.attackMilliseconds)}
      {time('Release', 'releaseMilliseconds', DEFAULT_FOLLOWER.releaseMilliseconds)}
      <Toggle
        label="Freeze range"
        help="Keeps the range that was heard, in the preset; otherwise it follows the sound of the last 20 seconds."
        checked={heard !== null}
        onChange={(frozen) =>
          onChange({ ...source, heard: frozen ? roundedRange(descriptor, values.audioRange(index)) : null })
        }
      />
      {heard === null ? (
        <HeardRange index={index} descriptor={descriptor} />
      ) : (
        <FrozenRange name={name} source={source} heard={heard} onChange={onChange} />
      )}
    </>
  );
}

/** A number with its name before it. `name` is the input's, for screen readers. */
function WideNumber({ name, label, ...number }: { name: string } & TypedNumberProps) {
  return (
    <MiniField name={label}>
      <span className={styles.wide}>
        <TypedNumber {...number} label={`${name}: ${label}`} />
      </span>
    </MiniField>
  );
}

/** The range of what was heard lately, followed while audio runs. */
function HeardRange({ index, descriptor }: { index: number; descriptor: AudioDescriptor }) {
  const [text, setText] = useState('');
  useEffect(() => {
    const show = () => setText(describeRange(descriptor, values.audioRange(index)));
    show();
    const timer = setInterval(show, REFRESH_MILLISECONDS);
    return () => clearInterval(timer);
  }, [index, descriptor]);
  return (
    <span className={styles.heard} data-help="What 0 and 100 % of the input mean now.">
      {text}
    </span>
  );
}

/** The ends of a range that was frozen, to be changed. */
function FrozenRange({
  name,
  source,
  heard,
  onChange,
}: {
  name: string;
  source: Audio;
  heard: Range;
  onChange: (source: Audio) => void;
}) {
  const { low, high, unit } = DESCRIPTOR_SCALES[source.descriptor];
  const step = 10 ** -DECIMALS[source.descriptor];
  const end = (label: 'From' | 'To', value: number, [min, max]: Range, change: (value: number) => Range) => (
    <WideNumber
      {...{ name, label, value, min, max }}
      help={`${label === 'From' ? '0' : '100'} % of the input${unit === '' ? '' : `, in ${unit}`}.`}
      initial={label === 'From' ? low : high}
      unit="plain"
      onAccept={(typed) => onChange({ ...source, heard: change(typed) })}
    />
  );
  return (
    <>
      {end('From', heard[0], [low, heard[1] - step], (value) => [value, heard[1]])}
      {end('To', heard[1], [heard[0] + step, high], (value) => [heard[0], value])}
      <span className={styles.heard}>{unit}</span>
    </>
  );
}

/** A range with no more digits than are useful, within its scale; the whole scale where none was heard. */
function roundedRange(descriptor: AudioDescriptor, range: Range | null): Range {
  const { low, high } = DESCRIPTOR_SCALES[descriptor];
  const digits = DECIMALS[descriptor];
  const rounded = (value: number) => Number(Math.min(high, Math.max(low, value)).toFixed(digits));
  const [from, to] = [rounded(range?.[0] ?? low), rounded(range?.[1] ?? high)];
  return from < to ? [from, to] : [low, high];
}

function describeRange(descriptor: AudioDescriptor, range: Range | null): string {
  if (range === null) return '';
  const { unit } = DESCRIPTOR_SCALES[descriptor];
  const text = (end: number) => end.toFixed(DECIMALS[descriptor]).replace('-', '−');
  return `${text(range[0])} to ${text(range[1])}${unit === '' ? '' : ` ${unit}`}`;
}
