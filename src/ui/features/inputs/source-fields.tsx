import type { InputSource } from '../../../document/input.js';
import { NumberField } from '../../shared/controls/number-field.js';
import { TextField } from '../../shared/controls/text-field.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { LfoFields } from './lfo-fields.js';
import { MiniField } from '../../shared/controls/mini-field.js';
import { TypedField } from './typed-field.js';

/** Greatest magnitude of what a sensor sends at an end of its range. */
const MAX_RAW = 1e9;
const ADDRESS = /^\/[!-~]{0,199}$/;

interface FieldProps {
  name: string;
  source: InputSource;
  onChange: (source: InputSource) => void;
}

/** The settings of one source: controller number, channel, note range, address, axis or course. */
export function SourceFields({ name, source, onChange }: FieldProps) {
  const number = (
    label: string,
    help: string,
    value: number,
    min: number,
    max: number,
    change: (value: number) => InputSource,
  ) => (
    <MiniField name={label}>
      <NumberField
        label={`${name}: ${label}`}
        help={help}
        value={value}
        min={min}
        max={max}
        initial={min}
        unit="count"
        onChange={(next, gesture) => gesture === 'end' && onChange(change(Math.round(next)))}
      />
    </MiniField>
  );
  const channel = (from: Extract<InputSource, { channel: number }>) =>
    number('Ch', 'MIDI channel; 0 is any.', from.channel, 0, 16, (value) => ({ ...from, channel: value }));

  const raw = (label: string, help: string, value: number, change: (value: number) => InputSource) => (
    <TypedField
      {...{ name, label, help, value }}
      min={-MAX_RAW}
      max={MAX_RAW}
      onChange={(typed) => onChange(change(typed))}
    />
  );

  switch (source.kind) {
    case 'pad':
    case 'host':
      return null;
    case 'cc':
      return (
        <>
          {number('CC', 'Controller number.', source.controller, 0, 127, (controller) => ({
            ...source,
            controller,
          }))}
          {channel(source)}
          <Toggle
            label="14 bit"
            help="High resolution: controllers 0–31 are read together with 32–63."
            checked={source.bits === 14}
            onChange={(fine) => onChange({ ...source, bits: fine ? 14 : 7 })}
          />
        </>
      );
    case 'pitch-bend':
    case 'channel-pressure':
    case 'note-velocity':
      return channel(source);
    case 'poly-pressure':
      return (
        <>
          {number('Note', 'Note number; 60 is middle C.', source.note, 0, 127, (note) => ({
            ...source,
            note,
          }))}
          {channel(source)}
        </>
      );
    case 'note-pitch':
      return (
        <>
          {number('From', 'Lowest note.', source.low, 0, 127, (low) => ({ ...source, low }))}
          {number('To', 'Highest note.', source.high, 0, 127, (high) => ({ ...source, high }))}
          {channel(source)}
        </>
      );
    case 'osc':
      return (
        <>
          <TextField
            label={`${name}: OSC address`}
            help="An OSC address begins with / and has no spaces."
            value={source.address}
            maxLength={200}
            accepts={(typed) => ADDRESS.test(typed)}
            onAccept={(address) => onChange({ ...source, address })}
          />
          {number('Arg', 'Argument of the message, counted from 0.', source.argument, 0, 31, (argument) => ({
            ...source,
            argument,
          }))}
          {raw('Low', 'What the sender sends at the low end of its control.', source.low ?? 0, (low) => ({
            ...source,
            low,
          }))}
          {raw('High', 'What the sender sends at the high end of its control.', source.high ?? 1, (high) => ({
            ...source,
            high,
          }))}
        </>
      );
    case 'lfo':
      return <LfoFields name={name} source={source} onChange={onChange} />;
    case 'gamepad':
      return number('Axis', 'Axis of the gamepad, counted from 0.', source.axis, 0, 31, (axis) => ({
        ...source,
        axis,
      }));
  }
}
