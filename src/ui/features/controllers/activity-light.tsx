import { useEffect, useRef } from 'react';
import { onAnimationFrame } from '../../shared/animation-frames.js';
import styles from './activity-light.module.css';

/** A light that is on while its source sends. @param isActive at a time of `performance.now()` */
export function ActivityLight({ isActive }: { isActive: (now: number) => boolean }) {
  const light = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      onAnimationFrame((now) => {
        const lit = String(isActive(now));
        if (light.current !== null && light.current.dataset.lit !== lit) light.current.dataset.lit = lit;
      }),
    [isActive],
  );
  return (
    <span
      ref={light}
      className={styles.light}
      data-testid="activity"
      data-help="Lights up while the controller sends."
      aria-hidden="true"
    />
  );
}
