import { useState, type ReactNode } from 'react';
import { useVirtualRows } from './use-virtual-rows.js';
import table from './table.module.css';
import utilities from '../styles/utilities.module.css';

interface VirtualTableProps {
  className?: string | undefined;
  /** The header's cells. */
  head: ReactNode;
  count: number;
  /** Expected height of a row in pixels. */
  rowHeight: number;
  /** Index of a row to scroll into view whenever it changes; null for none. */
  shown?: number | null;
  /** @param measure for `ref` of the row, which carries `index` as `data-index` */
  row: (index: number, measure: (row: Element | null) => void) => ReactNode;
}

/** A table that scrolls and renders only the rows in view, where there are many. */
export function VirtualTable({
  className = '',
  head,
  count,
  rowHeight,
  shown = null,
  row,
}: VirtualTableProps) {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  return (
    <div className={utilities.scroll} data-testid="table" ref={setScroller}>
      <table className={`${table.table} ${className}`} aria-rowcount={count + 1}>
        <thead>
          <tr>{head}</tr>
        </thead>
        <Body {...{ scroller, count, rowHeight, shown, row }} />
      </table>
    </div>
  );
}

function Body({
  scroller,
  count,
  rowHeight,
  shown,
  row,
}: Pick<VirtualTableProps, 'count' | 'rowHeight' | 'row'> & {
  scroller: HTMLElement | null;
  shown: number | null;
}) {
  const { rows, before, after, measure } = useVirtualRows(count, scroller, rowHeight, shown);
  return (
    <tbody>
      {before > 0 && <tr aria-hidden="true" style={{ height: `${before}px` }} />}
      {rows.map((index) => row(index, measure))}
      {after > 0 && <tr aria-hidden="true" style={{ height: `${after}px` }} />}
    </tbody>
  );
}
