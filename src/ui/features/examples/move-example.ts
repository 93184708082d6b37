import type { Example } from '../../../document/example.js';
import { edit, editGesture, type Gesture } from '../../engine-client/commands.js';
import { store } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';

const bound = (value: number) => Math.min(1, Math.max(0, value));

/** The example's input values with those on the pad's axes replaced; `x` and `y` are clamped to 0 to 1. */
function placedAt({ inputs }: Example, x: number, y: number): number[] {
  const { xInput, yInput } = store.getState().view;
  const place = [...inputs];
  place[xInput] = bound(x);
  if (yInput !== xInput) place[yInput] = bound(y);
  return place;
}

/** Moves an example to a position of the pad; nothing happens where another window has deleted it meanwhile. */
export function moveExample(id: string, x: number, y: number, gesture: Gesture): void {
  const example = store.getState().examples.find((known) => known.id === id);
  if (example === undefined) return;
  editGesture({ type: 'edit-example', id, change: { inputs: placedAt(example, x, y) } }, gesture);
}

/** For this long the engine's echo of a step may still be on its way. */
const ECHO_MILLISECONDS = 250;
/** Where the last step has put an example: the next one starts from there. */
let nudged = { id: '', inputs: [] as readonly number[], at: -Infinity };

/**
 * Moves the selected example by a step; steps in a row are one step of the undo history. Where none is selected, selects the
 * one nearest to (`fromX`, `fromY`), so that the player sees which one the next step moves.
 * @param horizontal as a share of the pad
 * @param vertical as a share of the pad, upwards
 */
export function nudgeSelected(horizontal: number, vertical: number, fromX = 0.5, fromY = 0.5): void {
  const { examples, view } = store.getState();
  const at = (example: Example) =>
    [example.inputs[view.xInput] ?? 0.5, example.inputs[view.yInput] ?? 0.5] as const;
  const selected = examples.find(({ id }) => id === view.selectedExample);
  if (selected === undefined) {
    const distance = (example: Example) => Math.hypot(at(example)[0] - fromX, at(example)[1] - fromY);
    const [nearest] = [...examples].sort((a, b) => distance(a) - distance(b));
    if (nearest !== undefined) setView(store, { selectedExample: nearest.id });
    return;
  }
  const now = performance.now();
  const echoing = nudged.id === selected.id && now - nudged.at < ECHO_MILLISECONDS;
  const from = echoing ? { ...selected, inputs: [...nudged.inputs] } : selected;
  const [x, y] = at(from);
  const inputs = placedAt(from, x + horizontal, y + vertical);
  nudged = { id: selected.id, inputs, at: now };
  edit({ type: 'edit-example', id: selected.id, change: { inputs } }, `nudge-${selected.id}`);
}

/** Switches between playing the pad and moving the examples on it. */
export function toggleMoving(): void {
  const { moving } = store.getState().view;
  setView(store, { moving: !moving });
}
