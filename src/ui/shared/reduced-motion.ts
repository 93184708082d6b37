const reduced = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Whether the system asks for reduced motion: trails are left out then. */
export const reducedMotion = (): boolean => reduced.matches;
