import type { StoredPreset } from '../../protocol/interface.js';

/** Longest base of a name, so that a number fits after it. */
const MAX_BASE_LENGTH = 110;

/** `name` with the smallest number, from 2, that no preset has after the same name yet. */
export function freeName(name: string, presets: readonly Pick<StoredPreset, 'name'>[]): string {
  const inUse = new Set(presets.map((preset) => preset.name));
  const base = name.replace(/ \d+$/, '').slice(0, MAX_BASE_LENGTH);
  let number = 2;
  while (inUse.has(`${base} ${number}`)) number += 1;
  return `${base} ${number}`;
}
