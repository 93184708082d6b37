import type { Input } from './input.js';

/**
 * For each input of `after`, its place in `before`, or null where it is new. Where inputs were only added or only taken
 * away, those that stay are known by all but their value; anything else is another instrument, whose inputs follow each
 * other by their number.
 */
export function matchInputs(before: readonly Input[], after: readonly Input[]): (number | null)[] {
  const fewer = before.length < after.length ? before : after;
  const more = fewer === before ? after : before;
  const places = placesIn(more, fewer);
  if (fewer.length === more.length || places === null)
    return after.map((_, i) => (i < before.length ? i : null));
  if (after === fewer) return places;
  return after.map((_, i) => {
    const at = places.indexOf(i);
    return at < 0 ? null : at;
  });
}

/** The inputs of `document` with the hand where it is on those of `now` that they have kept. */
export function withPresentValues(document: readonly Input[], now: readonly Input[]): Input[] {
  const kept = matchInputs(now, document);
  return document.map((input, i) => ({ ...input, value: now[kept[i] ?? -1]?.value ?? input.value }));
}

/** Where the input that was number `index` is now; null where it is gone. */
export function followInput(
  index: number | null,
  before: readonly Input[],
  after: readonly Input[],
): number | null {
  if (index === null || before.length === after.length) return index;
  const at = matchInputs(before, after).indexOf(index);
  return at < 0 ? null : at;
}

/** Where each input of `part` is in `whole`, in the same order; null where one of them is not there. */
function placesIn(whole: readonly Input[], part: readonly Input[]): number[] | null {
  let next = 0;
  const places: number[] = [];
  for (const input of part) {
    while (next < whole.length && !isSame(whole[next], input)) next += 1;
    if (next === whole.length) return null;
    places.push(next);
    next += 1;
  }
  return places;
}

/** True for one input at two times: its value is where the hand was. */
export function isSame(one: Input | undefined, other: Input): boolean {
  return one !== undefined && key(one) === key(other);
}

const key = ({ name, source, range, curve, inverted }: Input) =>
  JSON.stringify([name, Object.entries(source).sort(), range, curve, inverted]);
