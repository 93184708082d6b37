import type { Output } from '../../document/output.js';
import { PARAMETER_INDEX } from '../../document/parameters.js';

/** Keeps the settings that the next `Stream.prepare` starts from in step with automation. @param value in the parameter's own unit */
export function noteLevel(output: Output, parameter: number, value: number): void {
  switch (parameter) {
    case PARAMETER_INDEX.inputGain:
      output.inputGainDb = value;
      return;
    case PARAMETER_INDEX.dryWet:
      output.dryWet = value;
      return;
    case PARAMETER_INDEX.outputGain:
      output.outputGainDb = value;
      return;
    case PARAMETER_INDEX.ceiling:
      output.ceilingDb = value;
      return;
    case PARAMETER_INDEX.bypass:
      output.bypass = value >= 0.5;
      return;
    case PARAMETER_INDEX.matchLevel:
      output.matchLevel = value >= 0.5;
      return;
    default:
      return;
  }
}
