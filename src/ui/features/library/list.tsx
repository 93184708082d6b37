import { useState, type ComponentProps, type ReactNode } from 'react';
import { Badge } from '../../shared/controls/badge.js';
import { useVirtualRows } from '../../shared/controls/use-virtual-rows.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './list.module.css';

/** Expected height of an entry, in pixels. */
const ROW_HEIGHT = 40;

/**
 * The entries of a list, scrolling; of many, only those in view are rendered.
 * @param children shown after the entries, for instance where there are none
 */
export function List<T>({
  items,
  keyOf,
  row,
  children,
}: {
  items: readonly T[];
  keyOf: (item: T) => string;
  row: (item: T) => ReactNode;
  children?: ReactNode;
}) {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const { rows, before, after, measure } = useVirtualRows(items.length, scroller, ROW_HEIGHT);
  return (
    <div className={`${utilities.scroll} ${styles.list}`} ref={setScroller}>
      <div role="list">
        {before > 0 && <div style={{ height: `${before}px` }} />}
        {rows.map((index) => {
          const item = items[index];
          return (
            item !== undefined && (
              <div key={keyOf(item)} role="listitem" ref={measure} data-index={index} data-row>
                {row(item)}
              </div>
            )
          );
        })}
        {after > 0 && <div style={{ height: `${after}px` }} />}
      </div>
      {children}
    </div>
  );
}

/** An entry; `current` marks the one that plays. */
export function ListRow({ current, children }: { current: boolean; children: ReactNode }) {
  return (
    <div className={styles.row} data-current={current}>
      {children}
    </div>
  );
}

interface ListEntryProps {
  name: string;
  current: boolean;
  help: string;
  disabled?: boolean;
  onPress: () => void;
  /** The line under the name. */
  facts: ReactNode;
  /** A description below; of the current entry all of it is shown, of the others two lines, or four where the panel is high. */
  text?: string | null;
}

/** The part of an entry that opens it: its name, with its facts and its description below. A press anywhere on it counts. */
export function ListEntry({
  name,
  current,
  help,
  disabled = false,
  onPress,
  facts,
  text = null,
}: ListEntryProps) {
  return (
    <div className={styles.entry}>
      <button
        type="button"
        className={styles.open}
        aria-current={current}
        disabled={disabled}
        data-help={help}
        onClick={onPress}
      >
        {name}
      </button>
      <span className={styles.facts}>{facts}</span>
      {text !== null && text !== '' && <span className={styles.text}>{text}</span>}
    </div>
  );
}

/** An entry that cannot be opened: its name, with a line below. */
export function ListNote({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.entry}>
      <span className={styles.title}>{name}</span>
      <span className={styles.facts}>{children}</span>
    </div>
  );
}

/** A problem of an entry, among its facts. */
export function ListProblem(props: Omit<ComponentProps<typeof Badge>, 'tone' | 'className'>) {
  return <Badge tone="danger" className={styles.badge} {...props} />;
}

/** The buttons at the end of an entry. */
export function ListActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

/** The row of buttons under a list. */
export function ListFoot({ children }: { children: ReactNode }) {
  return <footer className={styles.foot}>{children}</footer>;
}
