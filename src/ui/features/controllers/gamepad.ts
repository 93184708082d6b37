import type { ControllerSource } from '../../../document/controller-source.js';
import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { withoutAssigned } from '../../../document/assignment.js';
import { MAX_GAMEPAD_CONTROLS } from '../../../document/limits.js';
import { inputValueOf, positionBetween } from '../../../document/value-range.js';
import { noteActivity } from '../../engine-client/activity.js';
import { client, store, values } from '../../engine-client/page.js';
import { onAnimationFrame } from '../../shared/animation-frames.js';

/** Deflection below which a stick counts as centred; sticks at rest drift by about this much. */
const DEAD_ZONE = 0.06;
/** Smallest change that is sent: of an axis over −1..1, of a button over 0..1. */
const MIN_CHANGE = 0.004;
/** How far a control must move to be learned. */
const LEARNED_CHANGE = 0.5;

type GamepadSource = Extract<ControllerSource, { kind: 'gamepad' | 'gamepad-button' }>;

/** What a control of the gamepads sent last, and where it was when a learning began. */
interface Control {
  readonly source: GamepadSource;
  value: number;
  rest: number;
}

/** An axis (-1 to 1) without its dead zone, scaled to the full range again. */
function withoutDeadZone(axis: number): number {
  if (Math.abs(axis) < DEAD_ZONE) return 0;
  return (axis - Math.sign(axis) * DEAD_ZONE) / (1 - DEAD_ZONE);
}

/** The present value of every control of all gamepads: axes −1..1, buttons 0..1. */
function readGamepads(): Map<string, { source: GamepadSource; value: number }> {
  const pads = navigator.getGamepads().filter((pad) => pad !== null);
  const axes = pads.flatMap((pad) => [...pad.axes]).slice(0, MAX_GAMEPAD_CONTROLS);
  const buttons = pads.flatMap((pad) => [...(pad.buttons ?? [])]).slice(0, MAX_GAMEPAD_CONTROLS);
  const read = new Map<string, { source: GamepadSource; value: number }>();
  axes.forEach((axis, i) =>
    read.set(`axis ${i}`, { source: { kind: 'gamepad', axis: i }, value: withoutDeadZone(axis) }),
  );
  buttons.forEach(({ value }, i) =>
    read.set(`button ${i}`, { source: { kind: 'gamepad-button', button: i }, value }),
  );
  return read;
}

const isOf = (source: { kind: string }, moved: GamepadSource) =>
  moved.kind === 'gamepad'
    ? source.kind === 'gamepad' && (source as GamepadSource & { axis: number }).axis === moved.axis
    : source.kind === 'gamepad-button' &&
      (source as GamepadSource & { button: number }).button === moved.button;

/** Moves the inputs whose source is a gamepad's control. */
function moveInputs({ source: moved, value }: Control, now: number): void {
  const { inputs, controllers } = store.getState();
  withoutAssigned(inputs, controllers.assignments).forEach((input, index) => {
    const { source } = input;
    if ((source.kind !== 'gamepad' && source.kind !== 'gamepad-button') || !isOf(source, moved)) return;
    const lowest = source.kind === 'gamepad' ? -1 : 0;
    const raw = positionBetween(source.low ?? lowest, source.high ?? 1, value);
    const played = inputValueOf(input, raw);
    noteActivity({ assignments: [], inputs: [index] }, now);
    values.setLocally(PARAMETER_INDEX.input + index, played, now);
    client.send({
      type: 'parameter',
      index: PARAMETER_INDEX.input + index,
      value: played,
      origin: 'gamepad',
    });
  });
}

/**
 * Plays what gamepads move: the inputs whose source they are, and the controller map. A control has no effect before it moves for the
 * first time: connecting a gamepad must not set inputs to their middle.
 */
export function watchGamepads(): void {
  const known = new Map<string, Control>();
  let stop: (() => void) | null = null;
  const poll = (now: number) => {
    const { assignments, learning } = store.getState().controllers;
    for (const [name, { source, value }] of readGamepads()) {
      const control = known.get(name);
      if (control === undefined) {
        known.set(name, { source, value, rest: value });
        continue;
      }
      if (learning === null) control.rest = value;
      else if (Math.abs(value - control.rest) >= LEARNED_CHANGE) {
        client.send({ type: 'control', source, value });
        control.rest = value;
      }
      if (Math.abs(value - control.value) < MIN_CHANGE) continue;
      control.value = value;
      if (learning !== null) continue;
      if (assignments.some((assignment) => isOf(assignment.source, source)))
        client.send({ type: 'control', source, value });
      else moveInputs(control, now);
    }
  };
  const update = () => {
    const present = navigator.getGamepads().some((pad) => pad !== null);
    if (present && stop === null) stop = onAnimationFrame(poll);
    if (!present && stop !== null) {
      stop();
      stop = null;
      known.clear();
    }
  };
  window.addEventListener('gamepadconnected', update);
  window.addEventListener('gamepaddisconnected', update);
}
