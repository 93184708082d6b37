import type { ReactNode } from 'react';
import styles from './section-head.module.css';

interface SectionHeadProps {
  title: string;
  className?: string | undefined;
  children: ReactNode;
}

/** The title of a section of the page, with its controls in the same row. */
export function SectionHead({ title, className = '', children }: SectionHeadProps) {
  return (
    <header className={`${styles.head} ${className}`}>
      <h2>{title}</h2>
      {children}
    </header>
  );
}
