/** A row of a table or of a list. */
const ROW = 'tr, [data-row]';

/**
 * Moves the focus from a row that is about to be removed to the last button of the next or previous row. Otherwise a keyboard
 * user would start again at the top of the page.
 */
export function focusNeighbour(): void {
  const row = document.activeElement?.closest(ROW);
  const neighbour = row?.nextElementSibling ?? row?.previousElementSibling;
  [...(neighbour?.querySelectorAll<HTMLElement>('button:enabled:not([role])') ?? [])].at(-1)?.focus();
}
