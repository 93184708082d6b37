import type { SteeringMode } from '../../../document/steering.js';

/** The steering modes in the order in which a press steps through them. */
export const MODES = ['off', 'override', 'add', 'multiply'] as const satisfies readonly SteeringMode[];

export const MODE_SYMBOL: Readonly<Record<SteeringMode, string>> = {
  off: '–',
  override: '=',
  add: '+',
  multiply: '×',
};

export const MODE_HELP: Readonly<Record<SteeringMode, string>> = {
  off: 'off: the encoded latent passes unchanged',
  override: 'override: the mapping replaces the encoded latent',
  add: 'add: the mapping is added to the encoded latent',
  multiply: 'multiply: the encoded latent is scaled by the mapping',
};

/** The mode after `mode`, from the last one back to the first. */
export const nextMode = (mode: SteeringMode): SteeringMode =>
  MODES[(MODES.indexOf(mode) + 1) % MODES.length] ?? 'off';
