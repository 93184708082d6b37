import type { ReactNode } from 'react';
import utilities from '../styles/utilities.module.css';
import styles from './card.module.css';

/** A column of cards that scrolls. */
export function Cards({ className = '', children }: { className?: string | undefined; children: ReactNode }) {
  return <div className={`${utilities.scroll} ${styles.cards} ${className}`}>{children}</div>;
}

/** A group of controls on a ground of its own. */
export function Card({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section className={styles.card} aria-label={label}>
      {children}
    </section>
  );
}
