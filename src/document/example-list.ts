import { TillerError } from './tiller-error.js';
import { MAX_EXAMPLES } from './limits.js';
import type { Example } from './example.js';

/** Never changed in place: every function returns a new list, and the undo history keeps the old one. */
export type Examples = readonly Example[];

/** Value of an added input in the examples from before it: the middle of its range. */
export const NEW_INPUT = 0.5;

/** “e<n>” with the smallest n above all that are in use. */
export function nextExampleId(examples: Examples): string {
  const numbers = examples.map(({ id }) => Number(/^e(\d{1,9})$/.exec(id)?.[1] ?? 0));
  return `e${Math.max(0, ...numbers) + 1}`;
}

/** The hue, in degrees, farthest from those in use: the middle of the widest gap on the colour circle. */
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

/** An example to be added. Fields left out are chosen: a new identifier, a distant hue, enabled, weight 1. */
export type ExampleDraft = Pick<Example, 'label' | 'inputs' | 'latents'> & Partial<Example>;

/**
 * Inserts at `index`, at the end by default.
 * @throws TillerError `argument-invalid` where the identifier is in use or the list is full
 */
export function addExample(examples: Examples, draft: ExampleDraft, index = examples.length): Example[] {
  if (examples.length >= MAX_EXAMPLES) {
    throw new TillerError(
      'argument-invalid',
      `There are ${MAX_EXAMPLES} examples already, the largest number that an instrument can hold.`,
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

/** Changes some fields of one example. @throws TillerError `argument-invalid` where there is no such example */
export function editExample(
  examples: Examples,
  id: string,
  changes: Partial<Omit<Example, 'id'>>,
): Example[] {
  const index = indexOf(examples, id);
  return examples.with(index, { ...examples[index]!, ...changes });
}

/** Removes these examples. @throws TillerError `argument-invalid` where one of them does not exist */
export function removeExamples(examples: Examples, ids: readonly string[]): Example[] {
  for (const id of ids) indexOf(examples, id);
  return examples.filter(({ id }) => !ids.includes(id));
}

/** Moves one example to `index`, clamped to the list. @throws TillerError `argument-invalid` where there is no such example */
export function moveExample(examples: Examples, id: string, index: number): Example[] {
  const from = indexOf(examples, id);
  return examples.toSpliced(from, 1).toSpliced(Math.max(0, index), 0, examples[from]!);
}

/**
 * Inserts a copy with a new identifier and hue after the original.
 * @throws TillerError `argument-invalid` where there is no such example or the list is full
 */
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

/** Every example with one more input, at `NEW_INPUT`. */
export function withInput(examples: Examples): Example[] {
  return examples.map((example) => ({ ...example, inputs: [...example.inputs, NEW_INPUT] }));
}

function indexOf(examples: Examples, id: string): number {
  const index = examples.findIndex((example) => example.id === id);
  if (index < 0) throw new TillerError('argument-invalid', `There is no example “${id}”.`);
  return index;
}
