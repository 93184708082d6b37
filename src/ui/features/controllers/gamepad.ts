import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { inputValueOf } from '../../../document/value-range.js';
import { client, store, values } from '../../engine-client/page.js';
import { onAnimationFrame } from '../../shared/animation-frames.js';

/** A stick at rest wavers by about this much. */
const DEAD_ZONE = 0.06;
const LEAST_MOVE = 0.002;

function settled(axis: number): number {
  if (Math.abs(axis) < DEAD_ZONE) return 0;
  return (axis - Math.sign(axis) * DEAD_ZONE) / (1 - DEAD_ZONE);
}

/**
 * Plays the inputs whose source is a gamepad axis. Sticks that nobody moved yet are left alone, so that a
 * connected pad does not pull the inputs to its middle.
 */
export function watchGamepads(): void {
  const last = new Map<number, number>();
  let stop: (() => void) | null = null;
  const poll = (now: number) => {
    const axes = navigator.getGamepads().flatMap((pad) => (pad === null ? [] : [...pad.axes]));
    store.getState().inputs.forEach((input, index) => {
      const { source } = input;
      if (source.kind !== 'gamepad') return;
      const axis = axes[source.axis];
      if (axis === undefined) return;
      const raw = 0.5 + 0.5 * settled(axis);
      const before = last.get(index);
      last.set(index, raw);
      if (before === undefined || Math.abs(raw - before) < LEAST_MOVE) return;
      const value = inputValueOf(input, raw);
      values.setLocally(PARAMETER_INDEX.input + index, value, now);
      client.send({ type: 'parameter', index: PARAMETER_INDEX.input + index, value, origin: 'gamepad' });
    });
  };
  const update = () => {
    const present = navigator.getGamepads().some((pad) => pad !== null);
    if (present && stop === null) stop = onAnimationFrame(poll);
    if (!present && stop !== null) {
      stop();
      stop = null;
    }
  };
  window.addEventListener('gamepadconnected', update);
  window.addEventListener('gamepaddisconnected', update);
}
