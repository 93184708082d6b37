import type { Example } from '../../../document/example.js';
import { movesByItself } from '../../../document/input.js';
import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { setParameter, type Gesture } from '../../engine-client/commands.js';
import { store, values } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';

/** One step, as a share of an input's range. */
const STEP = 0.02;

/** The step of each arrow key: horizontal, vertical. */
export const ARROWS: Readonly<Record<string, readonly [number, number] | undefined>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

/** Moves an input by hand; nothing where it moves by itself. @param value 0 to 1; values outside are clamped */
export function moveInput(input: number, value: number, gesture: Gesture): void {
  const moved = store.getState().inputs[input];
  if (moved === undefined || movesByItself(moved)) return;
  setParameter(PARAMETER_INDEX.input + input, Math.min(1, Math.max(0, value)), gesture);
}

const currentValue = (input: number): number =>
  values.input(input, store.getState().inputs[input], performance.now());

/** Where every input is now, 0 to 1 each. */
export const placeOfCursor = (): number[] =>
  store.getState().inputs.map((_, input) => Math.min(1, Math.max(0, currentValue(input))));

/**
 * Moves the pad's cursor.
 * @param horizontal added to the input of the X axis, as a share of its range
 * @param vertical added to the input of the Y axis
 */
export function moveCursor(horizontal: number, vertical: number): void {
  const { xInput, yInput } = store.getState().view;
  for (const [input, by] of [
    [xInput, horizontal],
    [yInput, vertical],
  ] as const) {
    if (by === 0) continue;
    const value = currentValue(input) + by;
    moveInput(input, value, 'begin');
    moveInput(input, value, 'end');
  }
}

/** Selects an example and sets every input to the example's value. */
export function goTo(example: Example): void {
  setView(store, { selectedExample: example.id });
  example.inputs.forEach((value, input) => {
    moveInput(input, value, 'begin');
    moveInput(input, value, 'end');
  });
}
