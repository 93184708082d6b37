import type { Input } from './input.js';

/**
 * For each input of `after`, its index in `before`, or null where it is new. Where inputs were only added or only removed,
 * the remaining ones are matched by every field but their value; otherwise inputs are matched by index.
 */
export function matchInputs(before: readonly Input[], after: readonly Input[]): (number | null)[] {
  const fewer = before.length < after.length ? before : after;
  const more = fewer === before ? after : before;
  const indices = indicesIn(more, fewer);
  if (fewer.length === more.length || indices === null)
    return after.map((_, i) => (i < before.length ? i : null));
  if (after === fewer) return indices;
  return after.map((_, i) => {
    const at = indices.indexOf(i);
    return at < 0 ? null : at;
  });
}

/** The inputs of `document`; those that are also in `now` get the value that they have there. */
export function withPresentValues(document: readonly Input[], now: readonly Input[]): Input[] {
  const matched = matchInputs(now, document);
  return document.map((input, i) => ({ ...input, value: now[matched[i] ?? -1]?.value ?? input.value }));
}

/** The index in `after` of the input at `index` in `before`; null where it was removed. */
export function followInput(
  index: number | null,
  before: readonly Input[],
  after: readonly Input[],
): number | null {
  if (index === null || before.length === after.length) return index;
  const at = matchInputs(before, after).indexOf(index);
  return at < 0 ? null : at;
}

/** The index in `whole` of each input of `part`, in the same order; null where one of them is missing. */
function indicesIn(whole: readonly Input[], part: readonly Input[]): number[] | null {
  let next = 0;
  const indices: number[] = [];
  for (const input of part) {
    while (next < whole.length && !isSame(whole[next], input)) next += 1;
    if (next === whole.length) return null;
    indices.push(next);
    next += 1;
  }
  return indices;
}

/** True where two inputs differ at most in their present value. */
export function isSame(one: Input | undefined, other: Input): boolean {
  return one !== undefined && key(one) === key(other);
}

const key = ({ name, source, range, curve, inverted }: Input) =>
  JSON.stringify([name, Object.entries(source).sort(), range, curve, inverted]);
