import type { PageState } from '../../engine-client/page-state.js';

/** Distance of the second of several files from the first, as a share of the pad; those after it are farther out. */
const SPACING = 0.09;
/** Neighbours on a spiral of this angle keep apart. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** Where an event lies on the pad, [x, y] in 0..1; null beside it. Elements over the pad count as the pad. */
export function positionOnPad(event: Pick<DragEvent, 'clientX' | 'clientY'>): [number, number] | null {
  const pad = document
    .elementsFromPoint(event.clientX, event.clientY)
    .map((element) => element.closest('[data-testid=pad]'))
    .find((element) => element !== null);
  if (pad === undefined) return null;
  const box = pad.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
}

/**
 * The place of the n-th of several files that were dropped together, one value (0..1) per input: the first where it was dropped,
 * the others around it. Inputs that are not on the pad keep their values.
 */
export function exampleInputs(
  [x, y]: readonly [number, number],
  n: number,
  { inputs, view }: Pick<PageState, 'inputs' | 'view'>,
): number[] {
  const radius = SPACING * Math.sqrt(n);
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return inputs.map(({ value }, index) => {
    if (index === view.xInput) return clamp(x + radius * Math.cos(n * GOLDEN_ANGLE));
    if (index === view.yInput) return clamp(y + radius * Math.sin(n * GOLDEN_ANGLE));
    return value;
  });
}
