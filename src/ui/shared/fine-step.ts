const FINE = 10;

/** What a step or a drag is divided by: 10 while shift is pressed, else 1. */
export const fineDivisor = ({ shiftKey }: { shiftKey: boolean }): number => (shiftKey ? FINE : 1);
