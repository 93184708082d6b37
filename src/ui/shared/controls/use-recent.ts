import { useRef } from 'react';

/** For this long after a change the engine's state may still hold an older value. */
const ECHO_MILLISECONDS = 250;

/**
 * Remembers the value that a control has set last, so that the next step starts from it and not from an older one that the
 * engine has yet to confirm: otherwise quick steps are lost.
 */
export function useRecent<T>() {
  const last = useRef<{ value: T; at: number } | null>(null);
  return {
    /** The value set last, or `fallback` once the engine must have confirmed it. */
    or(fallback: T): T {
      const set = last.current;
      return set !== null && performance.now() - set.at < ECHO_MILLISECONDS ? set.value : fallback;
    },
    set(value: T): void {
      last.current = { value, at: performance.now() };
    },
    forget(): void {
      last.current = null;
    },
  };
}
