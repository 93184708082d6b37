import type { ReactNode } from 'react';
import styles from './fault-note.module.css';

/** A fault that a panel reports in place; screen readers announce it. */
export function FaultNote({ children }: { children: ReactNode }) {
  return (
    <div className={styles.fault} role="alert">
      {children}
    </div>
  );
}
