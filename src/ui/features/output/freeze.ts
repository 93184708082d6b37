import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { setSwitch } from '../../engine-client/commands.js';
import { store, values } from '../../engine-client/page.js';

/** Switches freeze on or off. */
export function toggleFreeze(): void {
  const { freeze } = store.getState().output;
  // The live value already holds what this page has just sent, so that two quick presses toggle twice.
  const frozen = values.parameter(PARAMETER_INDEX.freeze, Number(freeze), performance.now()) >= 0.5;
  setSwitch(PARAMETER_INDEX.freeze, !frozen);
}
