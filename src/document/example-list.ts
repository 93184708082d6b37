import { TillerError } from './tiller-error.js';
import { MAX_EXAMPLES } from './limits.js';
import type { Example } from './example.js';

/** Lists of examples are never changed in place: every function returns a new list, for undo to keep the old one. */
export type Examples = readonly Example[];

/** What an input that was not there before is taken to have been at: the middle of its travel. */
export const NEW_INPUT = 0.5;
/** What a latent that was not there before is taken to have been: the centre of the latent space. */
export const NEW_LATENT = 0;

/** The least “e<n>” above all that are taken. */
export function nextExampleId(examples: Examples): string {
  const numbers = examples.map(({ id }) => Number(/^e(\d{1,9})$/.exec(id)?.[1] ?? 0));
  return `e${Math.max(0, ...numbers) + 1}`;
}

/** The hue, in degrees, farthest from those taken: the middle of the widest gap on the colour circle. */
export function nextHue(examples: Examples): number {
  const hues = examples.map(({ hue }) => hue % 360).sort((a, b) => a - b);
  if (hues.length === 0) return 210;
  let best = 0;
  let widest = -1;
  hues.forEach((hue, i) => {
    const gap = (hues[i + 1] ?? hues[0]! + 360) - hue;
    if (gap <= widest) return;
    widest = gap;
    best = (hue + gap / 2) % 360;
  });
  return Math.round(best) % 360;
}

/** What adding an example takes; what is left out is chosen: an identity, a far hue, enabled, weight 1. */
export type ExampleDraft = Pick<Example, 'label' | 'inputs' | 'latents'> & Partial<Example>;

/**
 * Inserts at `index`, at the end by default. Throws TillerError `argument-invalid` when the identity is taken or
 * the list is full.
 */
export function addExample(examples: Examples, draft: ExampleDraft, index = examples.length): Example[] {
  if (examples.length >= MAX_EXAMPLES) {
    throw new TillerError(
      'argument-invalid',
      `There are ${MAX_EXAMPLES} examples already, the most that are kept.`,
      'Remove some first.',
    );
  }
  const example: Example = {
    id: nextExampleId(examples),
    hue: nextHue(examples),
    enabled: true,
    weight: 1,
    ...draft,
  };
  if (examples.some(({ id }) => id === example.id)) {
    throw new TillerError('argument-invalid', `There is an example “${example.id}” already.`);
  }
  return examples.toSpliced(index, 0, example);
}

/** Changes some fields of one example. Throws TillerError `argument-invalid` when there is none with that identity. */
export function editExample(
  examples: Examples,
  id: string,
  changes: Partial<Omit<Example, 'id'>>,
): Example[] {
  const index = indexOf(examples, id);
  return examples.with(index, { ...examples[index]!, ...changes });
}

/** Removes all with these identities. Throws TillerError `argument-invalid` when one of them is not there. */
export function removeExamples(examples: Examples, ids: readonly string[]): Example[] {
  for (const id of ids) indexOf(examples, id);
  return examples.filter(({ id }) => !ids.includes(id));
}

/** Moves one example so that it ends at `index`, clamped to the list. Throws TillerError `argument-invalid`. */
export function moveExample(examples: Examples, id: string, index: number): Example[] {
  const from = indexOf(examples, id);
  return examples.toSpliced(from, 1).toSpliced(Math.max(0, index), 0, examples[from]!);
}

/** Puts a copy, with an identity and a colour of its own, after the original. Throws TillerError `argument-invalid`. */
export function duplicateExample(examples: Examples, id: string): Example[] {
  const index = indexOf(examples, id);
  const original = examples[index]!;
  const copy: ExampleDraft = {
    ...original,
    id: nextExampleId(examples),
    hue: nextHue(examples),
    label: `${original.label} copy`.slice(0, 120),
  };
  return addExample(examples, copy, index + 1);
}

/** Gives every example this many inputs and latents: the last ones go, new ones are {@link NEW_INPUT} and {@link NEW_LATENT}. */
export function resizeExamples(examples: Examples, inputs: number, latents: number): Example[] {
  return examples.map((example) => ({
    ...example,
    inputs: resized(example.inputs, inputs, NEW_INPUT),
    latents: resized(example.latents, latents, NEW_LATENT),
  }));
}

/** Takes input `index` away from every example, as removing an axis in the middle does. */
export function removeInput(examples: Examples, index: number): Example[] {
  return examples.map((example) => ({ ...example, inputs: example.inputs.toSpliced(index, 1) }));
}

function resized(values: readonly number[], count: number, fill: number): number[] {
  return Array.from({ length: count }, (_, i) => values[i] ?? fill);
}

function indexOf(examples: Examples, id: string): number {
  const index = examples.findIndex((example) => example.id === id);
  if (index < 0) throw new TillerError('argument-invalid', `There is no example “${id}”.`);
  return index;
}
