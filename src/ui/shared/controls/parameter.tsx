import { PARAMETER_INDEX, PARAMETERS } from '../../../document/parameters.js';
import { setParameter } from '../../engine-client/commands.js';
import { Knob } from './knob.js';
import { Slider } from './slider.js';
import type { Unit } from './units.js';

/** How each automatable value that is turned on the page is named and written; its bounds are the protocol's. */
const SHOWN = {
  amount: {
    label: 'Steering amount',
    caption: 'Amount',
    help: 'How much of the mapping reaches the sound, over all latents.',
    tone: 'hand',
    unit: '%',
  },
  glide: {
    label: 'Glide of all latents',
    caption: 'Glide',
    help: 'How long the latents take to follow the hand.',
    tone: 'plain',
    unit: 's',
  },
  dryWet: {
    label: 'Dry/wet',
    caption: 'Dry/wet',
    help: 'The sound as it came in, against what the model makes of it.',
    tone: 'result',
    unit: '%',
  },
  ceiling: {
    label: 'Ceiling',
    caption: 'Ceiling',
    help: 'Nothing gets louder than this.',
    tone: 'result',
    unit: 'dB',
  },
  inputGain: {
    label: 'Input gain',
    caption: 'Input',
    help: 'Level into the model. Models like about the level they were trained at.',
    tone: 'sound',
    unit: 'dB',
  },
  outputGain: {
    label: 'Output gain',
    caption: 'Output',
    help: 'Level after the model, before the limiter.',
    tone: 'result',
    unit: 'dB',
  },
  latentNoise: {
    label: 'Latent noise',
    caption: 'Noise',
    help: 'Random movement added to every latent.',
    tone: 'plain',
    unit: 'plain',
  },
  width: {
    label: 'Stereo width',
    caption: 'Width',
    help: "How far the two sides' noise departs: 0 is the same on both.",
    tone: 'plain',
    unit: '%',
  },
} as const satisfies Record<
  string,
  { label: string; caption: string; help: string; tone: 'hand' | 'sound' | 'result' | 'plain'; unit: Unit }
>;

interface ParameterProps {
  of: keyof typeof SHOWN;
  value: number;
}

function described({ of, value }: ParameterProps) {
  const index = PARAMETER_INDEX[of];
  const { min = 0, max = 1, initial = 0, skew = 1 } = PARAMETERS[index] ?? {};
  const onChange = (moved: number, gesture: 'begin' | 'move' | 'end') => setParameter(index, moved, gesture);
  return { ...SHOWN[of], value, min, max, initial, skew, onChange };
}

/** The knob of an automatable value. */
export function ParameterKnob(props: ParameterProps) {
  return <Knob {...described(props)} />;
}

/** The fader of an automatable value. */
export function ParameterSlider(props: ParameterProps) {
  const { label, help, tone, unit, value, min, max, initial, skew, onChange } = described(props);
  return <Slider {...{ label, help, tone, unit, value, min, max, initial, skew, onChange }} />;
}
