import type { ChosenAttributes } from './choose-attributes.js';
import { MAX_NOTE } from './import-notes.js';
import type { ListedAttribute } from './list-attributes.js';

/** What becomes of the attributes of nn~. */
export function attributeNotes(
  listed: readonly ListedAttribute[],
  { settable, withoutEffect, refusing }: ChosenAttributes,
): string[] {
  const isSet = ({ settable: one }: ListedAttribute): boolean =>
    settable.some(({ name }) => name === one?.name);
  const isIdle = ({ settable: one }: ListedAttribute): boolean => one !== null && withoutEffect.has(one.name);
  const note = (what: string, attributes: readonly ListedAttribute[]): string[] =>
    attributes.length === 0
      ? []
      : [`${what}: ${attributes.map(({ text }) => text).join(', ')}.`.slice(0, MAX_NOTE)];
  return [
    ...note('Can be set while the model plays', listed.filter(isSet)),
    ...note(
      'Refuses some values, and then plays the one that the file states',
      listed.filter(({ settable: one }) => one !== null && refusing.has(one.name)),
    ),
    ...note('Can be set in nn~, but the file’s code makes it without effect', listed.filter(isIdle)),
    ...note(
      'What nn~ could set keeps the value that the file states',
      listed.filter((one) => !isSet(one) && !isIdle(one)),
    ),
  ];
}
