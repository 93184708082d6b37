import { isDeepStrictEqual } from 'node:util';
import type { Input } from './input.js';
import { isAsStated, type ModelAttribute } from './model-attribute.js';
import type { Preset } from './preset.js';

/** True where only the inputs' present values differ. Versions of a document share what did not change: fields compare by identity. */
export function sameButForValues(a: readonly Input[], b: readonly Input[]): boolean {
  return (
    a.length === b.length &&
    a.every((input, i) => {
      const other = b[i];
      return other !== undefined && sameButForValue(input, other);
    })
  );
}

/** Whether two inputs differ in nothing but their present values. */
export const sameButForValue = (a: Input, b: Input): boolean =>
  (Object.keys(a) as (keyof Input)[]).every((key) => key === 'value' || a[key] === b[key]);

/** Whether one of two lists sets something that the other does not. A value that is as its model states it was not set. */
function differInValues(a: readonly ModelAttribute[], b: readonly ModelAttribute[]): boolean {
  const lacks = (list: readonly ModelAttribute[]) => (attribute: ModelAttribute) =>
    !list.includes(attribute) && !isAsStated(attribute);
  return a.some(lacks(b)) || b.some(lacks(a));
}

/**
 * True when `present` holds changes that `saved` lacks. The inputs' present values do not count, nor what the model states by itself, nor a mapping
 * that is learned again automatically from the examples.
 */
export function hasUnsavedChanges(saved: Preset, present: Preset): boolean {
  if (saved === present) return false;
  return (Object.keys(present) as (keyof Preset)[]).some((key) => {
    if (key === 'inputs') return !sameButForValues(saved.inputs, present.inputs);
    if (key === 'attributes') return differInValues(saved.attributes, present.attributes);
    if (key === 'trained' && present.learning.automatic) return false;
    return saved[key] !== present[key];
  });
}

/**
 * A value equal to `value` that shares with `model` every part that is equal. Documents that were parsed separately can
 * then be compared by identity, as versions of one document are. Where nothing more can be shared, the part stays the same object.
 */
export function shareEqualParts<T>(value: T, model: T): T {
  if (isDeepStrictEqual(value, model)) return model;
  if (typeof value !== 'object' || typeof model !== 'object' || value === null || model === null)
    return value;
  const own = Object.entries(value) as [string, unknown][];
  const parts = own.map(
    ([key, part]) => [key, shareEqualParts(part, (model as Record<string, unknown>)[key])] as const,
  );
  if (own.every(([, part], i) => Object.is(part, parts[i]?.[1]))) return value;
  const shared: unknown = Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
  return shared as T;
}
