import type { ReactNode } from 'react';
import styles from './mini-field.module.css';

/** A number field with its name in front of it. The field has a longer name of its own for screen readers. */
export function MiniField({ name, children }: { name: string; children: ReactNode }) {
  return (
    <label className={styles.miniField}>
      <span aria-hidden="true">{name}</span>
      {children}
    </label>
  );
}
