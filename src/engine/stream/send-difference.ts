import { PARAMETER_INDEX } from '../../document/parameters.js';
import type { Preset } from '../../document/preset.js';
import { sameButForValue, sameButForValues } from '../../document/difference.js';
import { parameterValues } from '../../document/parameter-values.js';
import { layOutMapping } from '../mapping/layout.js';
import { sentLoops } from './loop-blend.js';
import type { StreamLink } from './messages.js';

/**
 * Sends the streaming worker what differs between two documents; everything where there was none. What is automated may
 * have moved on there: only what the document itself has changed counts.
 */
export function sendDifference(link: StreamLink, before: Preset | null, next: Preset): void {
  const sets = before === null ? {} : { sets: changedParameters(before, next) };
  if (before?.steering !== next.steering) link.send({ type: 'steering', steering: next.steering, ...sets });
  if (before?.output !== next.output) link.send({ type: 'output', output: next.output, ...sets });
  if (before?.attributes !== next.attributes)
    link.send({ type: 'attributes', attributes: next.attributes, ...sets });
  if (before?.loops !== next.loops) link.send({ type: 'loops', loops: sentLoops(next.loops) });
  if (before?.trained !== next.trained)
    link.send({ type: 'mapping', layout: next.trained && layOutMapping(next.trained) });
  if (before?.seed !== next.seed) link.send({ type: 'noise', noise: { kind: 'seed', seed: next.seed } });
  if (before?.inputs === next.inputs) return;
  const rerouted = before === null || !sameButForValues(before.inputs, next.inputs);
  if (rerouted) link.send({ type: 'inputs', inputs: next.inputs });
  next.inputs.forEach((input, i) => {
    const was = before?.inputs[i];
    if (was === undefined || was.value !== input.value || !sameButForValue(was, input))
      link.send({ type: 'parameter', index: PARAMETER_INDEX.input + i, value: input.value });
  });
}

function changedParameters(before: Preset, next: Preset): number[] {
  const values = parameterValues(before);
  return parameterValues(next).flatMap((value, index) => (value === values[index] ? [] : [index]));
}
