import type { ReactNode } from 'react';
import styles from './section-head.module.css';

/** The title of a section of the page, with what belongs beside it. */
export function SectionHead({ title, children }: { title: string; children: ReactNode }) {
  return (
    <header className={styles.head}>
      <h2>{title}</h2>
      {children}
    </header>
  );
}
