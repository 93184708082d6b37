import { MAX_INPUTS } from './limits.js';
import { DEFAULT_LOOP_LENGTH, LOOP_LENGTH_IDS } from './loop-lengths.js';
import { LOOP_SLOT_NAMES, RECORDED_LOOP } from './loop-slots.js';

/** Latent dimensions whose offset a host can automate. */
export const HOST_OFFSETS = 16;

/** Values of a model (`Preset.attributes`) that a host can automate. */
export const HOST_ATTRIBUTES = 8;

export type ParameterUnit = 'none' | 'dB' | 's' | 'switch' | 'choice';

/**
 * One value that a host automates and the streaming loop applies at a sample position. `id` never changes: hosts store
 * automation under it. Values are in the parameter's own unit (dB, seconds, 0..1), never normalised.
 */
export interface Parameter {
  readonly id: string;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  readonly unit: ParameterUnit;
  /** JUCE's skew factor: 1 is linear, below 1 gives low values more of the knob's range. */
  readonly skew: number;
  /** Unit `choice` only: the name of each value, which is its position in this list. */
  readonly choices?: readonly string[];
}

const linear = (
  id: string,
  name: string,
  min: number,
  max: number,
  initial: number,
  unit: ParameterUnit = 'none',
): Parameter => ({
  id,
  name,
  min,
  max,
  initial,
  unit,
  skew: 1,
});

const inputs = Array.from({ length: MAX_INPUTS }, (_, i) =>
  linear(`input${i + 1}`, `Input ${i + 1}`, 0, 1, 0.5),
);
const offsets = Array.from({ length: HOST_OFFSETS }, (_, i) =>
  linear(`offset${i + 1}`, `Offset latent ${i + 1}`, -10, 10, 0),
);

// Positions within the range that the player gives each: the model is not known, nor what it has to set.
const attributes = Array.from({ length: HOST_ATTRIBUTES }, (_, i) =>
  linear(`model${i + 1}`, `Model ${i + 1}`, 0, 1, 0),
);

/** Every automatable parameter; its position in this list is its index in messages. Append only. */
export const PARAMETERS: readonly Parameter[] = [
  ...inputs,
  linear('amount', 'Steering amount', 0, 1, 1),
  { ...linear('glide', 'Glide', 0, 30, 0, 's'), skew: 0.3 },
  linear('dryWet', 'Dry/wet', 0, 1, 1),
  linear('inputGain', 'Input gain', -60, 24, 0, 'dB'),
  linear('outputGain', 'Output gain', -60, 24, 0, 'dB'),
  linear('ceiling', 'Ceiling', -24, 0, -1, 'dB'),
  linear('latentNoise', 'Latent noise', 0, 3, 0),
  linear('width', 'Width', 0, 1, 0),
  linear('freeze', 'Freeze', 0, 1, 0, 'switch'),
  linear('bypass', 'Bypass', 0, 1, 0, 'switch'),
  ...offsets,
  linear('loop', 'Loop', 0, 1, 0, 'switch'),
  {
    ...linear('loopLength', 'Loop length', 0, LOOP_LENGTH_IDS.length - 1, 0, 'choice'),
    initial: LOOP_LENGTH_IDS.indexOf(DEFAULT_LOOP_LENGTH),
    choices: LOOP_LENGTH_IDS,
  },
  ...attributes,
  {
    ...linear('loopSlot', 'Loop slot', 0, LOOP_SLOT_NAMES.length - 1, RECORDED_LOOP, 'choice'),
    choices: LOOP_SLOT_NAMES,
  },
  linear('prior', 'Prior', 0, 1, 0, 'switch'),
  linear('priorTemperature', 'Prior temperature', -5, 5, 0),
  linear('matchLevel', 'Match level', 0, 1, 0, 'switch'),
];

/** Index of the first parameter of each kind. */
export const PARAMETER_INDEX = {
  input: 0,
  amount: MAX_INPUTS,
  glide: MAX_INPUTS + 1,
  dryWet: MAX_INPUTS + 2,
  inputGain: MAX_INPUTS + 3,
  outputGain: MAX_INPUTS + 4,
  ceiling: MAX_INPUTS + 5,
  latentNoise: MAX_INPUTS + 6,
  width: MAX_INPUTS + 7,
  freeze: MAX_INPUTS + 8,
  bypass: MAX_INPUTS + 9,
  offset: MAX_INPUTS + 10,
  loop: MAX_INPUTS + 10 + HOST_OFFSETS,
  loopLength: MAX_INPUTS + 11 + HOST_OFFSETS,
  attribute: MAX_INPUTS + 12 + HOST_OFFSETS,
  loopSlot: MAX_INPUTS + 12 + HOST_OFFSETS + HOST_ATTRIBUTES,
  prior: MAX_INPUTS + 13 + HOST_OFFSETS + HOST_ATTRIBUTES,
  priorTemperature: MAX_INPUTS + 14 + HOST_OFFSETS + HOST_ATTRIBUTES,
  matchLevel: MAX_INPUTS + 15 + HOST_OFFSETS + HOST_ATTRIBUTES,
} as const;

/** The latent dimension whose offset this parameter is, from 0; −1 for every other parameter. */
export function offsetDimension(index: number): number {
  const dimension = index - PARAMETER_INDEX.offset;
  return dimension >= 0 && dimension < HOST_OFFSETS ? dimension : -1;
}

/** The place in `Preset.attributes` of the value that this parameter moves; −1 for every other parameter. */
export function attributeIndex(index: number): number {
  const attribute = index - PARAMETER_INDEX.attribute;
  return attribute >= 0 && attribute < HOST_ATTRIBUTES ? attribute : -1;
}

/** `value` clamped to the parameter's bounds; NaN becomes its initial value. @throws RangeError for an unknown index */
export function clampParameter(index: number, value: number): number {
  const parameter = parameterAt(index);
  if (Number.isNaN(value)) return parameter.initial;
  return Math.min(parameter.max, Math.max(parameter.min, value));
}

/**
 * `value` as it is played: clamped, and in single precision, as plugin hosts give back what they were told. An echo of a host must
 * not change the sound. @throws RangeError for an unknown index
 */
export function playedValue(index: number, value: number): number {
  return clampParameter(index, Math.fround(value));
}

/** The normalised position (0..1) of a parameter's value, with its skew; values outside its bounds are clamped. */
export function parameterPosition(index: number, value: number): number {
  const { min, max, skew } = parameterAt(index);
  return ((Math.min(max, Math.max(min, value)) - min) / (max - min)) ** skew;
}

/** The value of a parameter, in its own unit, at a normalised position (0..1); positions outside are clamped. */
export function parameterValueAt(index: number, position: number): number {
  const { min, max, skew, unit } = parameterAt(index);
  const value = min + (max - min) * Math.min(1, Math.max(0, position)) ** (1 / skew);
  return unit === 'choice' ? Math.round(value) : value;
}

function parameterAt(index: number): Parameter {
  const parameter = PARAMETERS[index];
  if (parameter === undefined) throw new RangeError(`no parameter ${index}`);
  return parameter;
}
