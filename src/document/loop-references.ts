import { createHash } from 'node:crypto';
import type { KeptLoop } from './kept-loop.js';
import type { Preset } from './preset.js';

/** Begins a reference; base64 does not have it, so that one that leads nowhere is refused as the latents of a loop. */
const MARK = '@';

type Replacement = (text: string) => string;

/** References of the loops of present documents: a digest of megabytes takes milliseconds. */
const known = new WeakMap<KeptLoop, string>();

function referenceOf(loop: KeptLoop): string {
  const reference = known.get(loop) ?? MARK + createHash('sha256').update(loop.latents).digest('hex');
  known.set(loop, reference);
  return reference;
}

const loopsOf = ({ loops, otherModels }: Preset): KeptLoop[] =>
  [loops, ...otherModels.map((set) => set.loops)].flat().filter((loop) => loop !== null);

/**
 * Writes documents with a reference in place of the latents of each loop that `present` holds, too: a version of a document
 * shares most loops with the present one, and each is up to 350 kB. Documents may be of any version, and invalid.
 */
export function withLoopReferences(present: Preset): (document: unknown) => unknown {
  return replacing(new Map(loopsOf(present).map((loop) => [loop.latents, referenceOf(loop)])));
}

/** The inverse of `withLoopReferences`. A reference to a loop that `present` does not hold is left. */
export function withReferredLoops(present: Preset): (document: unknown) => unknown {
  return replacing(new Map(loopsOf(present).map((loop) => [referenceOf(loop), loop.latents])));
}

/** Replaces latents in documents. Parts that several documents share are shared by the results, and unchanged ones are kept. */
function replacing(texts: ReadonlyMap<string, string>): (document: unknown) => unknown {
  if (texts.size === 0) return (document) => document;
  const replace: Replacement = (text) => texts.get(text) ?? text;
  const done = new WeakMap<object, unknown>();
  const once = (part: unknown, change: (part: object) => unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    if (!done.has(part)) done.set(part, change(part));
    return done.get(part);
  };
  const each = (list: unknown, change: (one: unknown) => unknown) =>
    once(list, (present) => {
      if (!Array.isArray(present)) return present;
      const before: readonly unknown[] = present;
      const next = before.map(change);
      return next.every((one, i) => one === before[i]) ? before : next;
    });
  const loop = (one: unknown) =>
    once(one, (present) =>
      withField(present, 'latents', (text) => (typeof text === 'string' ? replace(text) : text)),
    );
  const set = (one: unknown) =>
    once(one, (present) => withField(present, 'loops', (loops) => each(loops, loop)));
  return (document) =>
    once(document, (present) =>
      withField(set(present) as object, 'otherModels', (others) => each(others, set)),
    );
}

/** `part` with one field changed; the same where it lacks the field or nothing changes. */
function withField(part: object, field: string, change: (value: unknown) => unknown): object {
  const before: unknown = Reflect.get(part, field);
  const after = change(before);
  return before === after ? part : { ...part, [field]: after };
}
