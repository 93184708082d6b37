import { produce } from 'immer';
import { PARAMETERS, PARAMETER_INDEX, clampParameter } from '../performance/parameters.js';
import type { Preset } from '../preset/schema.js';

const at = PARAMETER_INDEX;

/** The present value of every automatable parameter in a document, in the parameters' own units. */
export function parameterValues(preset: Preset): number[] {
  return PARAMETERS.map((parameter, index) => parameterValue(preset, index) ?? parameter.initial);
}

/** One parameter's value, or undefined where the document has no such input or dimension. */
function parameterValue(preset: Preset, index: number): number | undefined {
  if (index < at.amount) return preset.inputs[index - at.input]?.value;
  if (index >= at.offset) return preset.steering.dimensions[index - at.offset]?.offset;
  switch (index) {
    case at.amount:
      return preset.steering.amount;
    case at.glide:
      return preset.steering.glideSeconds;
    case at.dryWet:
      return preset.output.dryWet;
    case at.inputGain:
      return preset.output.inputGainDb;
    case at.outputGain:
      return preset.output.outputGainDb;
    case at.ceiling:
      return preset.output.ceilingDb;
    case at.latentNoise:
      return preset.output.latentNoise;
    case at.width:
      return preset.output.width;
    case at.freeze:
      return Number(preset.output.freeze);
    case at.bypass:
      return Number(preset.output.bypass);
    default:
      return undefined;
  }
}

/** The document with one parameter moved; the same document where nothing changes. */
export function withParameter(preset: Preset, index: number, value: number): Preset {
  const bounded = clampParameter(index, value);
  return produce(preset, (draft) => {
    if (index < at.amount) {
      const input = draft.inputs[index - at.input];
      if (input) input.value = bounded;
      return;
    }
    if (index >= at.offset) {
      const dimension = draft.steering.dimensions[index - at.offset];
      if (dimension) dimension.offset = bounded;
      return;
    }
    switch (index) {
      case at.amount:
        draft.steering.amount = bounded;
        return;
      case at.glide:
        draft.steering.glideSeconds = bounded;
        return;
      case at.dryWet:
        draft.output.dryWet = bounded;
        return;
      case at.inputGain:
        draft.output.inputGainDb = bounded;
        return;
      case at.outputGain:
        draft.output.outputGainDb = bounded;
        return;
      case at.ceiling:
        draft.output.ceilingDb = bounded;
        return;
      case at.latentNoise:
        draft.output.latentNoise = bounded;
        return;
      case at.width:
        draft.output.width = bounded;
        return;
      case at.freeze:
        draft.output.freeze = bounded >= 0.5;
        return;
      case at.bypass:
        draft.output.bypass = bounded >= 0.5;
        return;
      default:
        return;
    }
  });
}

/** True for the parameters that are the performer's hand: they belong to no undo step. */
export function isInput(index: number): boolean {
  return index < at.amount;
}
