import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';
import styles from './empty-state.module.css';

/** Shown in place of a panel's content while there is none: what to do next. */
export function EmptyState({
  icon,
  title,
  children,
}: {
  /** Left out where little room is left. */
  icon?: IconName;
  title: string;
  children: ReactNode;
}) {
  return (
    <div className={styles.emptyState}>
      {icon !== undefined && <Icon name={icon} />}
      <h3>{title}</h3>
      <p>{children}</p>
    </div>
  );
}
