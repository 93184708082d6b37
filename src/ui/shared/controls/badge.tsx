import type { ReactNode } from 'react';
import styles from './badge.module.css';

interface BadgeProps {
  tone?: 'plain' | 'danger';
  help?: string;
  className?: string | undefined;
  children: ReactNode;
}

/** A state in a word or two, beside what it describes. */
export function Badge({ tone = 'plain', help, className = '', children }: BadgeProps) {
  return (
    <span className={`${styles.badge} ${className}`} data-tone={tone} data-help={help}>
      {children}
    </span>
  );
}

/** A keyword of a list's entry. */
export function Tag({ children }: { children: ReactNode }) {
  return <span className={styles.tag}>{children}</span>;
}
