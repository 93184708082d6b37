import { parametersSetBy, type StreamCommand } from './messages.js';
import type { MovedParameters } from './moved-parameters.js';

/** Commands that wait for a model that is expected or being opened. */
type Setting = Exclude<
  StreamCommand,
  { type: 'load' | 'restart' | 'expect-model' | 'controllers' | 'expect-echo' | 'panic' }
>;

/** A setting, and its number where it sets parameters (`MovedParameters`); else 0. */
export interface Arrived {
  readonly command: Setting;
  readonly number: number;
}

/** Numbers a command that sets parameters, in the order of arrival; 0 for others. */
export function numberOf(moves: MovedParameters, command: Setting): number {
  const sets = parametersSetBy(command);
  return sets === null ? 0 : moves.arrive(sets);
}
