import type { ReactNode } from 'react';
import { defaultRegressor, type SettingsOf } from '../../../document/default-learning.js';
import type { RegressorKind, RegressorSettings } from '../../../document/learning.js';
import type { Gesture } from '../../engine-client/commands.js';
import type { Choice } from '../../shared/controls/choices.js';
import { FormLine } from '../../shared/controls/form-line.js';
import { Segmented } from '../../shared/controls/segmented.js';
import { Slider } from '../../shared/controls/slider.js';
import { Toggle } from '../../shared/controls/toggle.js';
import type { Unit } from '../../shared/controls/units.js';

export const KIND_CHOICES: readonly Choice<RegressorKind>[] = [
  {
    value: 'mlp',
    label: 'Neural net',
    help: 'A smooth curve between the examples that continues beyond them.',
  },
  {
    value: 'gp',
    label: 'Gaussian',
    help: 'A Gaussian process: passes through the examples and estimates its confidence.',
  },
  { value: 'linear', label: 'Linear', help: 'A flat plane fitted to the examples: never surprising.' },
  {
    value: 'polynomial',
    label: 'Polynomial',
    help: 'A curved surface; can reach extreme values far from the examples.',
  },
  {
    value: 'knn',
    label: 'Neighbours',
    help: 'Nearest neighbours: a weighted mean of the nearest examples, never outside their values.',
  },
];

const NAMES: Readonly<Record<string, string | undefined>> = {
  mlp: 'neural net',
  gp: 'Gaussian process',
  linear: 'linear',
  polynomial: 'polynomial',
  knn: 'nearest neighbours',
};

/** The name of a kind of regressor within a sentence. */
export const regressorName = (kind: string): string => NAMES[kind] ?? kind;

const { hidden, weightDecay } = defaultRegressor('mlp');
const [UNITS = 1] = hidden;
/** Where the player switches off that it is chosen from the examples. */
const LENGTH_SCALE = 0.5;

/** Name, help, range and initial value of each hyperparameter. */
const HYPERPARAMETERS = {
  units: {
    title: 'Units',
    label: 'Units of the first layer',
    help: 'More units allow more bends.',
    min: 1,
    max: 64,
    initial: UNITS,
    unit: 'count',
  },
  units2: {
    title: 'Layer 2',
    label: 'Units of the second layer',
    help: 'A second layer allows more complex curves.',
    min: 1,
    max: 64,
    initial: UNITS,
    unit: 'count',
  },
  weightDecay: {
    title: 'Decay',
    label: 'Weight decay',
    help: 'Higher values give a smoother surface that fits the examples less closely.',
    min: 0,
    max: 10,
    skew: 0.15,
    initial: weightDecay,
    unit: 'plain',
  },
  lengthScale: {
    title: 'Length',
    label: 'Length scale',
    help: 'How far the influence of an example reaches.',
    min: 0.01,
    max: 10,
    skew: 0.3,
    initial: LENGTH_SCALE,
    unit: 'plain',
  },
  noise: {
    title: 'Noise',
    label: 'Noise',
    help: 'How closely the examples are met; 0 meets them exactly.',
    min: 0,
    max: 1,
    skew: 0.4,
    initial: defaultRegressor('gp').noise,
    unit: 'plain',
  },
  ridge: {
    title: 'Ridge',
    label: 'Ridge',
    help: 'Higher values give a flatter surface that fits the examples less closely.',
    min: 0,
    max: 10,
    skew: 0.25,
    initial: defaultRegressor('linear').ridge,
    unit: 'plain',
  },
  degree: {
    title: 'Degree',
    label: 'Degree',
    help: 'Higher degrees allow more bends.',
    min: 1,
    max: 5,
    initial: defaultRegressor('polynomial').degree,
    unit: 'count',
  },
  k: {
    title: 'Neighbours',
    label: 'Neighbours',
    help: 'Number of nearest examples in the mean.',
    min: 1,
    max: 32,
    initial: defaultRegressor('knn').k,
    unit: 'count',
  },
  falloff: {
    title: 'Falloff',
    label: 'Falloff',
    help: 'How much more the nearer examples count; 0 counts all alike.',
    min: 0,
    max: 8,
    initial: defaultRegressor('knn').falloff,
    unit: 'plain',
  },
} as const satisfies Record<
  string,
  {
    title: string;
    label: string;
    help: string;
    min: number;
    max: number;
    skew?: number;
    initial: number;
    unit: Unit;
  }
>;

interface HyperparameterProps {
  of: keyof typeof HYPERPARAMETERS;
  /** Null where it is switched off, or set automatically. */
  value: number | null;
  /** Shown before the slider, for instance a switch. */
  children?: ReactNode;
  onChange: (value: number, gesture: Gesture) => void;
}

/** A form line with the slider of one hyperparameter. */
function Hyperparameter({ of, value, children, onChange }: HyperparameterProps) {
  const { title, ...spec } = HYPERPARAMETERS[of];
  const whole = spec.unit === 'count';
  return (
    <FormLine title={title}>
      {children}
      {value !== null && (
        <Slider
          {...spec}
          value={value}
          onChange={(next, gesture) => onChange(whole ? Math.round(next) : next, gesture)}
        />
      )}
    </FormLine>
  );
}

interface FormProps<S extends RegressorSettings = RegressorSettings> {
  settings: S;
  /** @param gesture left out for a change that is one undo step by itself */
  onChange: (settings: RegressorSettings, gesture?: Gesture) => void;
}

/** The hyperparameters of one kind of regressor. */
export function RegressorForm({ settings, onChange }: FormProps) {
  switch (settings.kind) {
    case 'mlp':
      return <NeuralNetForm settings={settings} onChange={onChange} />;
    case 'gp':
      return <GaussianForm settings={settings} onChange={onChange} />;
    case 'linear':
      return (
        <Hyperparameter
          of="ridge"
          value={settings.ridge}
          onChange={(ridge, gesture) => onChange({ ...settings, ridge }, gesture)}
        />
      );
    case 'polynomial':
      return <PolynomialForm settings={settings} onChange={onChange} />;
    case 'knn':
      return (
        <>
          <Hyperparameter
            of="k"
            value={settings.k}
            onChange={(k, gesture) => onChange({ ...settings, k }, gesture)}
          />
          <Hyperparameter
            of="falloff"
            value={settings.falloff}
            onChange={(falloff, gesture) => onChange({ ...settings, falloff }, gesture)}
          />
        </>
      );
  }
}

function PolynomialForm({ settings, onChange }: FormProps<SettingsOf<'polynomial'>>) {
  return (
    <>
      <Hyperparameter
        of="degree"
        value={settings.degree}
        onChange={(degree, gesture) => onChange({ ...settings, degree }, gesture)}
      />
      <Hyperparameter
        of="ridge"
        value={settings.ridge}
        onChange={(ridge, gesture) => onChange({ ...settings, ridge }, gesture)}
      />
      <FormLine title="">
        <Toggle
          label="Cross terms"
          help="Adds products of inputs, so that the effect of one depends on the others."
          checked={settings.crossTerms}
          onChange={(crossTerms) => onChange({ ...settings, crossTerms })}
        />
      </FormLine>
    </>
  );
}

function NeuralNetForm({ settings, onChange }: FormProps<SettingsOf<'mlp'>>) {
  const [first = UNITS, second] = settings.hidden;
  const layers = (hidden: number[], gesture?: Gesture) => onChange({ ...settings, hidden }, gesture);
  return (
    <>
      <Hyperparameter
        of="units"
        value={first}
        onChange={(units, gesture) => layers(second === undefined ? [units] : [units, second], gesture)}
      />
      <Hyperparameter
        of="units2"
        value={second ?? null}
        onChange={(units, gesture) => layers([first, units], gesture)}
      >
        <Toggle
          bare
          label="Second layer"
          checked={second !== undefined}
          onChange={(on) => layers(on ? [first, first] : [first])}
        />
      </Hyperparameter>
      <Hyperparameter
        of="weightDecay"
        value={settings.weightDecay}
        onChange={(weightDecay, gesture) => onChange({ ...settings, weightDecay }, gesture)}
      />
      <FormLine title="Activation">
        <Segmented
          label="Activation"
          value={settings.activation}
          choices={[
            { value: 'tanh', label: 'tanh', help: 'Smooth curves.' },
            { value: 'relu', label: 'ReLU', help: 'Straight pieces that meet at angles.' },
          ]}
          onChange={(activation) => onChange({ ...settings, activation })}
        />
      </FormLine>
    </>
  );
}

function GaussianForm({ settings, onChange }: FormProps<SettingsOf<'gp'>>) {
  const { lengthScale } = settings;
  return (
    <>
      <Hyperparameter
        of="lengthScale"
        value={lengthScale === 'auto' ? null : lengthScale}
        onChange={(length, gesture) => onChange({ ...settings, lengthScale: length }, gesture)}
      >
        <Toggle
          label="Automatic"
          help="Set by maximum likelihood of the examples."
          checked={lengthScale === 'auto'}
          onChange={(automatic) => onChange({ ...settings, lengthScale: automatic ? 'auto' : LENGTH_SCALE })}
        />
      </Hyperparameter>
      <Hyperparameter
        of="noise"
        value={settings.noise}
        onChange={(noise, gesture) => onChange({ ...settings, noise }, gesture)}
      />
    </>
  );
}
