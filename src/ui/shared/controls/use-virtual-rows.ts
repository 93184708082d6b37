import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect } from 'react';

/** Up to this many rows are all rendered. */
const MOST_RENDERED = 60;
/** Rows rendered beyond each end of the visible part, for the Tab key and for fast scrolling. */
const OVERSCAN = 10;

interface VirtualRows {
  /** Indices of the rows to render. */
  rows: readonly number[];
  /** Heights in pixels of the rows before and after them. */
  before: number;
  after: number;
  /** For `ref` of each row, which carries its index as `data-index`. */
  measure: (row: Element | null) => void;
}

/**
 * Which rows of a long table or list to render: those in view and a few more. Short ones are rendered as a whole.
 * @param scroller the element that scrolls them; null before it is in the document
 * @param rowHeight expected height in pixels
 * @param shown index of a row to scroll into view whenever it changes; null for none
 */
export function useVirtualRows(
  count: number,
  scroller: HTMLElement | null,
  rowHeight: number,
  shown: number | null = null,
): VirtualRows {
  const all = count <= MOST_RENDERED;
  // eslint-disable-next-line react-hooks/incompatible-library -- concerns the React Compiler, which does not compile this page
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    enabled: !all,
  });
  useEffect(() => {
    if (shown === null) return;
    if (all) scroller?.querySelector(`[data-index="${shown}"]`)?.scrollIntoView({ block: 'nearest' });
    else virtualizer.scrollToIndex(shown, { align: 'auto' });
  }, [shown, all, virtualizer, scroller]);
  const items = virtualizer.getVirtualItems();
  if (all)
    return {
      rows: Array.from({ length: count }, (_, i) => i),
      before: 0,
      after: 0,
      measure: () => undefined,
    };
  return {
    rows: items.map(({ index }) => index),
    before: items[0]?.start ?? 0,
    after: virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0),
    measure: virtualizer.measureElement,
  };
}
