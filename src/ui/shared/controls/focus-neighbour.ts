/** A row of a list, or a card. */
const ROW = 'tr, [data-row]';

/**
 * Gives the focus on to the row below, or above, before its own row is removed: who walks by keys goes on from there, and
 * not from the top of the page.
 */
export function focusNeighbour(): void {
  const row = document.activeElement?.closest(ROW);
  const neighbour = row?.nextElementSibling ?? row?.previousElementSibling;
  [...(neighbour?.querySelectorAll<HTMLElement>('button:enabled:not([role])') ?? [])].at(-1)?.focus();
}
