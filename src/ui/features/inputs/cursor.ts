import type { Example } from '../../../document/example.js';
import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { setParameter, type Gesture } from '../../engine-client/commands.js';
import { store, values } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';

const STEP = 0.02;

/** One step of each arrow key: across, up. */
export const ARROWS: Readonly<Record<string, readonly [number, number] | undefined>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

export function moveInput(input: number, value: number, gesture: Gesture): void {
  setParameter(PARAMETER_INDEX.input + input, Math.min(1, Math.max(0, value)), gesture);
}

const present = (input: number): number =>
  values.parameter(
    PARAMETER_INDEX.input + input,
    store.getState().inputs[input]?.value ?? 0.5,
    performance.now(),
  );

/** Moves the cursor by steps of 0..1. */
export function nudge(across: number, up: number): void {
  const { xInput, yInput } = store.getState().view;
  for (const [input, by] of [
    [xInput, across],
    [yInput, up],
  ] as const) {
    if (by === 0) continue;
    const value = present(input) + by;
    moveInput(input, value, 'begin');
    moveInput(input, value, 'end');
  }
}

/** Puts every input where the example lives. */
export function goTo(example: Example): void {
  setView(store, { selectedExample: example.id });
  example.inputs.forEach((value, input) => {
    moveInput(input, value, 'begin');
    moveInput(input, value, 'end');
  });
}
