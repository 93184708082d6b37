import { MiniField } from './mini-field.js';
import { TextField } from './text-field.js';
import { formatValue, parseValue } from './units.js';
import styles from './mini-field.module.css';

/** A number of an input's source that has no steps, to be typed. `name` is the input's, for screen readers. */
export function TypedField({
  name,
  label,
  help,
  value,
  min,
  max,
  onChange,
}: {
  name: string;
  label: string;
  help: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}) {
  const read = (typed: string) => parseValue(typed, 'plain') ?? NaN;
  return (
    <MiniField name={label}>
      <TextField
        label={`${name}: ${label}`}
        help={help}
        value={formatValue(value, 'plain')}
        maxLength={20}
        className={styles.typed}
        accepts={(typed) => read(typed) >= min && read(typed) <= max}
        onAccept={(typed) => onChange(read(typed))}
      />
    </MiniField>
  );
}
