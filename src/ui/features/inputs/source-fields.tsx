import type { InputSource } from '../../../document/input.js';
import { NumberField } from '../../shared/controls/number-field.js';
import { TextField } from '../../shared/controls/text-field.js';
import { Toggle } from '../../shared/controls/toggle.js';
import { MAX_GAMEPAD_CONTROLS, MAX_PARAMETER_NUMBER } from '../../../document/limits.js';
import { SensorRange } from '../controllers/sensor-range.js';
import { MpeFields } from './mpe-fields.js';
import { AudioFields } from './audio-fields.js';
import { LfoFields } from './lfo-fields.js';
import { MiniField } from '../../shared/controls/mini-field.js';

const LAST_CONTROL = MAX_GAMEPAD_CONTROLS - 1;
const ADDRESS = /^\/[!-~]{0,199}$/;

interface FieldProps {
  name: string;
  /** Of the input, from 0. */
  index: number;
  source: InputSource;
  onChange: (source: InputSource) => void;
}

/** The settings of one source: controller number, channel, note range, address, axis or course. */
export function SourceFields({ name, index, source, onChange }: FieldProps) {
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
          <SensorRange name={name} source={source} onChange={onChange} />
        </>
      );
    case 'lfo':
      return <LfoFields name={name} source={source} onChange={onChange} />;
    case 'audio':
      return <AudioFields name={name} index={index} source={source} onChange={onChange} />;
    case 'gamepad':
      return (
        <>
          {number('Axis', 'Axis of the gamepad, counted from 0.', source.axis, 0, LAST_CONTROL, (axis) => ({
            ...source,
            axis,
          }))}
          <SensorRange name={name} source={source} onChange={onChange} />
        </>
      );
    case 'gamepad-button':
      return (
        <>
          {number(
            'Button',
            'Button or trigger of the gamepad, counted from 0.',
            source.button,
            0,
            LAST_CONTROL,
            (button) => ({ ...source, button }),
          )}
          <SensorRange name={name} source={source} onChange={onChange} />
        </>
      );
    case 'nrpn':
      return (
        <>
          {number(
            'NRPN',
            'Number of the parameter: 128 × controller 99 + controller 98.',
            source.number,
            0,
            MAX_PARAMETER_NUMBER,
            (parameter) => ({ ...source, number: parameter }),
          )}
          {channel(source)}
        </>
      );
    case 'mpe':
      return <MpeFields name={name} source={source} onChange={onChange} />;
  }
}
