import type { ReactNode } from 'react';
import type { RegressorKind, RegressorSettings } from '../../protocol/interface-document.js';
import { Segmented, Toggle, type Choice } from '../controls/buttons.js';
import { Slider } from '../controls/slider.js';

export const KIND_CHOICES: readonly Choice<RegressorKind>[] = [
  { value: 'mlp', label: 'Neural net', help: 'Bends smoothly between examples and goes on beyond them.' },
  { value: 'gp', label: 'Gaussian', help: 'Passes through the examples and knows where it is unsure.' },
  { value: 'linear', label: 'Linear', help: 'A flat plane through the examples: no surprises.' },
  { value: 'polynomial', label: 'Polynomial', help: 'A curved surface; wild far from the examples.' },
  { value: 'knn', label: 'Neighbours', help: 'Blends the nearest examples; never leaves their values.' },
];

/** Settings that a kind starts from when it is chosen. */
export function startingSettings(kind: RegressorKind): RegressorSettings {
  switch (kind) {
    case 'mlp':
      return { kind, hidden: [12], activation: 'tanh', weightDecay: 1e-4, seed: 1 };
    case 'gp':
      return { kind, lengthScale: 'auto', noise: 0.01 };
    case 'linear':
      return { kind, ridge: 1e-3 };
    case 'polynomial':
      return { kind, degree: 2, crossTerms: true, ridge: 1e-3 };
    case 'knn':
      return { kind, k: 3, falloff: 2 };
  }
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="form-line">
      <span className="form-name" aria-hidden="true">
        {name}
      </span>
      {children}
    </div>
  );
}

interface FormProps {
  settings: RegressorSettings;
  onChange: (settings: RegressorSettings) => void;
}

/** The hyperparameters of one kind of regressor. */
export function RegressorForm({ settings, onChange }: FormProps) {
  switch (settings.kind) {
    case 'mlp':
      return <MlpForm settings={settings} onChange={onChange} />;
    case 'gp':
      return <GpForm settings={settings} onChange={onChange} />;
    case 'linear':
      return (
        <Row name="Ridge">
          <Ridge value={settings.ridge} onChange={(ridge) => onChange({ ...settings, ridge })} />
        </Row>
      );
    case 'polynomial':
      return (
        <>
          <Row name="Degree">
            <Slider
              label="Degree"
              help="How often the surface may bend."
              value={settings.degree}
              min={1}
              max={5}
              initial={2}
              unit="count"
              onChange={(degree) => onChange({ ...settings, degree: Math.round(degree) })}
            />
          </Row>
          <Row name="Ridge">
            <Ridge value={settings.ridge} onChange={(ridge) => onChange({ ...settings, ridge })} />
          </Row>
          <Row name="">
            <Toggle
              label="Cross terms"
              help="Lets inputs act on each other."
              checked={settings.crossTerms}
              onChange={(crossTerms) => onChange({ ...settings, crossTerms })}
            />
          </Row>
        </>
      );
    case 'knn':
      return (
        <>
          <Row name="Neighbours">
            <Slider
              label="Neighbours"
              help="How many of the nearest examples are blended."
              value={settings.k}
              min={1}
              max={32}
              initial={3}
              unit="count"
              onChange={(k) => onChange({ ...settings, k: Math.round(k) })}
            />
          </Row>
          <Row name="Falloff">
            <Slider
              label="Falloff"
              help="How much more the near ones count; 0 counts them alike."
              value={settings.falloff}
              min={0}
              max={8}
              initial={2}
              unit="plain"
              onChange={(falloff) => onChange({ ...settings, falloff })}
            />
          </Row>
        </>
      );
  }
}

function Ridge({ value, onChange }: { value: number; onChange: (value: number) => void }) {
  return (
    <Slider
      label="Ridge"
      help="More keeps the surface flatter and calmer, further from the examples."
      value={value}
      min={0}
      max={10}
      skew={0.25}
      initial={1e-3}
      unit="plain"
      onChange={onChange}
    />
  );
}

type SettingsOf<K extends RegressorKind> = Extract<RegressorSettings, { kind: K }>;

function MlpForm({ settings, onChange }: { settings: SettingsOf<'mlp'>; onChange: FormProps['onChange'] }) {
  const [first = 12, second] = settings.hidden;
  const units = (layer: number, value: number) => {
    const hidden = [...settings.hidden];
    hidden[layer] = Math.round(value);
    onChange({ ...settings, hidden });
  };
  return (
    <>
      <Row name="Units">
        <Slider
          label="Units of the first layer"
          help="More units can bend more often."
          value={first}
          min={1}
          max={64}
          initial={12}
          unit="count"
          onChange={(value) => units(0, value)}
        />
      </Row>
      <Row name="Layer 2">
        {second === undefined ? (
          <Toggle label="Second layer" bare checked={false} onChange={() => units(1, first)} />
        ) : (
          <>
            <Toggle
              label="Second layer"
              bare
              checked
              onChange={() => onChange({ ...settings, hidden: [first] })}
            />
            <Slider
              label="Units of the second layer"
              value={second}
              min={1}
              max={64}
              initial={12}
              unit="count"
              onChange={(value) => units(1, value)}
            />
          </>
        )}
      </Row>
      <Row name="Decay">
        <Slider
          label="Weight decay"
          help="More keeps the surface calmer, further from the examples."
          value={settings.weightDecay}
          min={0}
          max={10}
          skew={0.15}
          initial={1e-4}
          unit="plain"
          onChange={(weightDecay) => onChange({ ...settings, weightDecay })}
        />
      </Row>
      <Row name="Activation">
        <Segmented
          label="Activation"
          value={settings.activation}
          choices={[
            { value: 'tanh', label: 'tanh', help: 'Smooth bends.' },
            { value: 'relu', label: 'ReLU', help: 'Straight pieces with kinks.' },
          ]}
          onChange={(activation) => onChange({ ...settings, activation })}
        />
      </Row>
    </>
  );
}

function GpForm({ settings, onChange }: { settings: SettingsOf<'gp'>; onChange: FormProps['onChange'] }) {
  const automatic = settings.lengthScale === 'auto';
  return (
    <>
      <Row name="Length">
        <Toggle
          label="Automatic"
          help="Chosen by how likely the examples are under it."
          checked={automatic}
          onChange={(chosen) => onChange({ ...settings, lengthScale: chosen ? 'auto' : 0.5 })}
        />
        {settings.lengthScale !== 'auto' && (
          <Slider
            label="Length scale"
            help="How far on the pad an example reaches."
            value={settings.lengthScale}
            min={0.01}
            max={10}
            skew={0.3}
            initial={0.5}
            unit="plain"
            onChange={(lengthScale) => onChange({ ...settings, lengthScale })}
          />
        )}
      </Row>
      <Row name="Noise">
        <Slider
          label="Noise"
          help="How far the surface may pass by an example; 0 meets each."
          value={settings.noise}
          min={0}
          max={1}
          skew={0.4}
          initial={0.01}
          unit="plain"
          onChange={(noise) => onChange({ ...settings, noise })}
        />
      </Row>
    </>
  );
}
