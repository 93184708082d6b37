import type { Example } from '../../../document/example.js';
import { edit, editGesture, type Gesture } from '../../engine-client/commands.js';
import { client, store } from '../../engine-client/page.js';
import { Recent } from '../../engine-client/recent.js';
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

/** Where the last step has put an example: the next one starts from there. */
const nudged = new Recent<{ readonly id: string; readonly inputs: readonly number[] } | null>(() =>
  client.settled(),
);

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
  const last = nudged.or(null);
  const from = last?.id === selected.id ? { ...selected, inputs: [...last.inputs] } : selected;
  const [x, y] = at(from);
  const inputs = placedAt(from, x + horizontal, y + vertical);
  edit({ type: 'edit-example', id: selected.id, change: { inputs } }, `nudge-${selected.id}`);
  nudged.set({ id: selected.id, inputs });
}

/** Switches between playing the pad and moving the examples on it. */
export function toggleMoving(): void {
  const { moving } = store.getState().view;
  setView(store, { moving: !moving });
}
