import { isDeepStrictEqual } from 'node:util';
import type { Input } from './input.js';
import type { Preset } from './preset.js';

/** True where only the hand has moved. Documents share what did not change, so fields compare by identity. */
export function sameButForValues(a: readonly Input[], b: readonly Input[]): boolean {
  return (
    a.length === b.length &&
    a.every((input, i) => {
      const other = b[i];
      return other !== undefined && sameButForValue(input, other);
    })
  );
}

export const sameButForValue = (a: Input, b: Input): boolean =>
  (Object.keys(a) as (keyof Input)[]).every((key) => key === 'value' || a[key] === b[key]);

/**
 * True when `present` holds something that `saved` lacks. Where the hand happens to be is no such thing, nor is a mapping
 * that learns itself again from the examples.
 */
export function hasUnsavedChanges(saved: Preset, present: Preset): boolean {
  if (saved === present) return false;
  return (Object.keys(present) as (keyof Preset)[]).some((key) => {
    if (key === 'inputs') return !sameButForValues(saved.inputs, present.inputs);
    if (key === 'trained' && present.learning.automatic) return false;
    return saved[key] !== present[key];
  });
}

/** What a mapping was learned from. */
export type LearnedFrom = Pick<Preset, 'examples' | 'learning' | 'inputs' | 'steering'>;

/** True when learning again would give another mapping than the one that plays. */
export function needsLearning(preset: Preset, from: LearnedFrom | null): boolean {
  if (from === null) return preset.examples.some((example) => example.enabled);
  return preset.trained === null || learnsFromOther(preset, from);
}

/** True when learning `preset` gives another mapping than learning `from`. */
export function learnsFromOther(preset: Preset, from: LearnedFrom): boolean {
  return (
    from.examples !== preset.examples ||
    from.learning.shared !== preset.learning.shared ||
    from.learning.perDimension !== preset.learning.perDimension ||
    from.inputs.length !== preset.inputs.length
  );
}

/**
 * `from` as it is, sharing with `model` every part that is equal: documents read apart compare by identity afterwards, as
 * versions of one document do. A part that can share nothing more stays the same object.
 */
export function shareEqualParts<T>(from: T, model: T): T {
  if (isDeepStrictEqual(from, model)) return model;
  if (typeof from !== 'object' || typeof model !== 'object' || from === null || model === null) return from;
  const own = Object.entries(from) as [string, unknown][];
  const parts = own.map(
    ([key, part]) => [key, shareEqualParts(part, (model as Record<string, unknown>)[key])] as const,
  );
  if (own.every(([, part], i) => Object.is(part, parts[i]?.[1]))) return from;
  const shared: unknown = Array.isArray(from) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
  return shared as T;
}
