const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Compares names as a reader sorts them: case is ignored, and numbers within them count, so that 2 comes before 10. */
export const compareNames = (a: string, b: string): number => collator.compare(a, b);
