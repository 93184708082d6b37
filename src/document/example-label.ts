import type { Example } from './example.js';

/** "Sound N" with the first number that no example has. */
export function unusedLabel(examples: readonly Pick<Example, 'label'>[]): string {
  const taken = new Set(examples.map(({ label }) => label));
  let number = taken.size + 1;
  while (taken.has(`Sound ${number}`)) number += 1;
  return `Sound ${number}`;
}
