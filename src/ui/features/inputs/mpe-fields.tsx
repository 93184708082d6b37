import type { InputSource } from '../../../document/input.js';
import { Select } from '../../shared/controls/select.js';
import { TypedField } from '../../shared/controls/typed-field.js';
import { MPE_DIMENSIONS, MPE_NAMES } from './sources.js';
import styles from '../../shared/controls/mini-field.module.css';

type Mpe = Extract<InputSource, { kind: 'mpe' }>;

const SEMITONES = 48;

/** The settings of an input that follows the last note of an MPE controller. */
export function MpeFields({
  name,
  source,
  onChange,
}: {
  name: string;
  source: Mpe;
  onChange: (source: Mpe) => void;
}) {
  return (
    <>
      <Select
        label={`${name}: movement`}
        help="Which movement of the last note: sideways, along the key (controller 74), or pressure."
        value={source.dimension}
        choices={MPE_DIMENSIONS.map((value) => ({ value, label: MPE_NAMES[value] }))}
        className={styles.choice}
        onChange={(dimension) => onChange({ kind: 'mpe', zone: source.zone, dimension })}
      />
      <Select
        label={`${name}: zone`}
        help="Lower: the notes come on channels 2 and up. Upper: on channels 15 and down."
        value={source.zone}
        choices={[
          { value: 'lower', label: 'lower zone' },
          { value: 'upper', label: 'upper zone' },
        ]}
        className={styles.choice}
        onChange={(zone) => onChange({ ...source, zone })}
      />
      {source.dimension === 'bend' && (
        <TypedField
          name={name}
          label="±"
          help="Semitones up or down that cover the input; 48 is the whole bend of most controllers."
          value={source.semitones ?? SEMITONES}
          min={1}
          max={96}
          onChange={(semitones) => onChange({ ...source, semitones })}
        />
      )}
    </>
  );
}
