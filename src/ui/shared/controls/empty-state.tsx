import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';
import styles from './empty-state.module.css';

/** What a panel shows while it has nothing: the next step. */
export function EmptyState({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children: ReactNode;
}) {
  return (
    <div className={styles.emptyState}>
      <Icon name={icon} />
      <h3>{title}</h3>
      <p>{children}</p>
    </div>
  );
}
