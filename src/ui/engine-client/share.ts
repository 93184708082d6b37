/**
 * A value equal to `next` that shares with `last` every part that is equal. Components that show an unchanged part of the
 * engine's state then need not render again.
 * @param next plain JSON, as `last`
 */
export function shareParts<T>(last: unknown, next: T): T {
  if (Object.is(last, next)) return next;
  if (typeof last !== 'object' || typeof next !== 'object' || last === null || next === null) return next;
  if (Array.isArray(last) !== Array.isArray(next)) return next;
  const before = last as Record<string, unknown>;
  const keys = Object.keys(next);
  let equal = keys.length === Object.keys(before).length;
  const parts = Object.entries(next as Record<string, unknown>).map(([key, part]) => {
    const shared = shareParts(before[key], part);
    equal &&= key in before && Object.is(shared, before[key]);
    return [key, shared] as const;
  });
  if (equal) return last as T;
  return (Array.isArray(next) ? parts.map(([, part]) => part) : Object.fromEntries(parts)) as T;
}
