import type { InputSource } from '../../../document/input.js';
import { LFO_SHAPES, MAX_LFO_PERIOD, MIN_LFO_PERIOD } from '../../../document/lfo-shapes.js';
import { Select } from '../../shared/controls/select.js';
import { SHAPE_NAMES } from './sources.js';
import { TypedField } from '../../shared/controls/typed-field.js';
import styles from '../../shared/controls/mini-field.module.css';

type Lfo = Extract<InputSource, { kind: 'lfo' }>;

const MAX_SEED = 0xffff;

/** The settings of an input that moves by itself. Its lowest and highest value are those of the input's range. */
export function LfoFields({
  name,
  source,
  onChange,
}: {
  name: string;
  source: Lfo;
  onChange: (source: Lfo) => void;
}) {
  const field = (
    label: string,
    help: string,
    value: number,
    [min, max]: readonly [number, number],
    change: (value: number) => Partial<Lfo>,
  ) => (
    <TypedField
      {...{ name, label, help, value, min, max }}
      onChange={(typed) => onChange({ ...source, ...change(typed) })}
    />
  );
  const isRandom = source.shape === 'random' || source.shape === 'steps';
  return (
    <>
      <Select
        label={`${name}: shape`}
        help="The course over one cycle; the random ones have new values in each."
        value={source.shape}
        choices={LFO_SHAPES.map((shape) => ({ value: shape, label: SHAPE_NAMES[shape] }))}
        className={styles.choice}
        onChange={(shape) => onChange({ ...source, shape })}
      />
      {field(
        'Cycle',
        'Length of a cycle: 0.05 to 600 beats or seconds.',
        source.period,
        [MIN_LFO_PERIOD, MAX_LFO_PERIOD],
        (period) => ({ period }),
      )}
      <Select
        label={`${name}: unit of the cycle`}
        help="Beats are quarter notes of the host’s tempo and position, or of the live session’s tempo."
        value={source.unit}
        choices={[
          { value: 'beats', label: 'beats' },
          { value: 'seconds', label: 'seconds' },
        ]}
        className={styles.choice}
        onChange={(unit) => onChange({ ...source, unit })}
      />
      {field(
        'Phase',
        'Where the cycle stands at the start of the song: 0 to 1.',
        source.phase,
        [0, 1],
        (phase) => ({
          phase,
        }),
      )}
      {isRandom &&
        field('Seed', 'Another seed gives other values: 0 to 65535.', source.seed, [0, MAX_SEED], (seed) => ({
          seed: Math.round(seed),
        }))}
    </>
  );
}
