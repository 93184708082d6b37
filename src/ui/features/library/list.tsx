import type { ComponentProps, ReactNode } from 'react';
import { Badge } from '../../shared/controls/badge.js';
import utilities from '../../shared/styles/utilities.module.css';
import styles from './list.module.css';

/** The entries of a list, scrolling. */
export function List({ children }: { children: ReactNode }) {
  return <div className={`${utilities.scroll} ${styles.list}`}>{children}</div>;
}

/** An entry; `current` marks the one that plays. */
export function ListRow({ current, children }: { current: boolean; children: ReactNode }) {
  return (
    <div className={styles.row} data-row data-current={current}>
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
  children: ReactNode;
}

/** The part of an entry that opens it: its name, with its details below. */
export function ListEntry({ name, current, help, disabled = false, onPress, children }: ListEntryProps) {
  return (
    <button
      type="button"
      className={styles.open}
      aria-current={current}
      disabled={disabled}
      data-help={help}
      onClick={onPress}
    >
      <span className={styles.name}>{name}</span>
      <span className={styles.detail}>{children}</span>
    </button>
  );
}

/** A problem of an entry, among its details. */
export function ListProblem(props: Omit<ComponentProps<typeof Badge>, 'tone' | 'className'>) {
  return <Badge tone="danger" className={styles.badge} {...props} />;
}

/** The buttons at the end of an entry. */
export function ListActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}

/** The row of buttons under a list. */
export function ListFoot({
  className = '',
  children,
}: {
  className?: string | undefined;
  children: ReactNode;
}) {
  return <footer className={`${styles.foot} ${className}`}>{children}</footer>;
}
