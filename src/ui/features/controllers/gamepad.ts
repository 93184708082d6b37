import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { inputValueOf } from '../../../document/value-range.js';
import { client, store, values } from '../../engine-client/page.js';
import { onAnimationFrame } from '../../shared/animation-frames.js';

/** Deflection below which a stick counts as centred; sticks at rest drift by about this much. */
const DEAD_ZONE = 0.06;
/** Smallest change that is sent, as a share of the axis. */
const MIN_CHANGE = 0.002;

/** An axis (-1 to 1) without its dead zone, scaled to the full range again. */
function withoutDeadZone(axis: number): number {
  if (Math.abs(axis) < DEAD_ZONE) return 0;
  return (axis - Math.sign(axis) * DEAD_ZONE) / (1 - DEAD_ZONE);
}

/**
 * Moves the inputs whose source is a gamepad axis. An axis has no effect before it moves for the first time: connecting a
 * gamepad must not set inputs to their middle.
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
      const raw = 0.5 + 0.5 * withoutDeadZone(axis);
      const before = last.get(index);
      last.set(index, raw);
      if (before === undefined || Math.abs(raw - before) < MIN_CHANGE) return;
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
