import { PARAMETER_INDEX, PARAMETERS } from '../../../document/parameters.js';
import { setParameter, type Gesture } from '../../engine-client/commands.js';
import { Knob } from './knob.js';
import { Slider } from './slider.js';
import type { Unit } from './units.js';

/** Name, help and unit of each automatable parameter with a control on the page; `PARAMETERS` has their ranges. */
const SHOWN = {
  amount: {
    label: 'Steering amount',
    caption: 'Amount',
    help: 'How much of the mapping reaches the sound, over all latents.',
    tone: 'control',
    unit: '%',
  },
  glide: {
    label: 'Glide of all latents',
    caption: 'Glide',
    help: 'How long the latents take to reach a new value.',
    tone: 'plain',
    unit: 's',
  },
  dryWet: {
    label: 'Dry/wet',
    caption: 'Dry/wet',
    help: 'The sound as it came in against what the model makes of it.',
    tone: 'output',
    unit: '%',
  },
  ceiling: {
    label: 'Ceiling',
    caption: 'Ceiling',
    help: 'Nothing gets louder than this.',
    tone: 'output',
    unit: 'dB',
  },
  inputGain: {
    label: 'Input gain',
    caption: 'Input',
    help: 'Level into the model. Models work best near the level of their training data.',
    tone: 'input',
    unit: 'dB',
  },
  outputGain: {
    label: 'Output gain',
    caption: 'Output',
    help: 'Level after the model, before the limiter.',
    tone: 'output',
    unit: 'dB',
  },
  latentNoise: {
    label: 'Latent noise',
    caption: 'Noise',
    help: 'Random movement added to every latent.',
    tone: 'plain',
    unit: 'plain',
  },
  priorTemperature: {
    label: 'Prior temperature',
    caption: 'Temperature',
    help: 'How far the prior departs from its likeliest course. 0 is what it was trained for.',
    tone: 'control',
    unit: 'plain',
  },
  width: {
    label: 'Stereo width',
    caption: 'Width',
    help: "How much the model's noise differs between left and right; 0 is mono.",
    tone: 'plain',
    unit: '%',
  },
} as const satisfies Record<
  string,
  { label: string; caption: string; help: string; tone: 'control' | 'input' | 'output' | 'plain'; unit: Unit }
>;

export interface ParameterProps {
  of: keyof typeof SHOWN;
  value: number;
}

/** What a control of an automatable parameter needs. */
export function parameterProps({ of, value }: ParameterProps) {
  const index = PARAMETER_INDEX[of];
  const { min = 0, max = 1, initial = 0, skew = 1 } = PARAMETERS[index] ?? {};
  const onChange = (next: number, gesture: Gesture) => setParameter(index, next, gesture);
  return { ...SHOWN[of], value, min, max, initial, skew, onChange };
}

/** The knob of an automatable parameter. */
export function ParameterKnob(props: ParameterProps) {
  return <Knob {...parameterProps(props)} />;
}

/** The slider of an automatable parameter. */
export function ParameterSlider(props: ParameterProps) {
  const { label, help, tone, unit, value, min, max, initial, skew, onChange } = parameterProps(props);
  return <Slider {...{ label, help, tone, unit, value, min, max, initial, skew, onChange }} />;
}
