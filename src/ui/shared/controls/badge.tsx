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

/** A keyword that filters a list by itself; `pressed` while it does. */
export function TagButton({ tag, pressed, onPress }: { tag: string; pressed: boolean; onPress: () => void }) {
  return (
    <button
      type="button"
      className={`${styles.tag} ${styles.tagButton}`}
      aria-pressed={pressed}
      data-help={pressed ? `Shows entries without “${tag}”, too.` : `Shows only entries with “${tag}”.`}
      onClick={onPress}
    >
      {tag}
    </button>
  );
}
