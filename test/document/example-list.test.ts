import fc from 'fast-check';
import {
  addExample,
  duplicateExample,
  editExample,
  moveExample,
  nextExampleId,
  nextHue,
  removeExamples,
  withInput,
} from '../../src/document/example-list.js';
import { MAX_EXAMPLES } from '../../src/document/limits.js';
import { exampleSchema } from '../../src/document/example.js';
import type { Example } from '../../src/document/example.js';
import { example } from '../engine/mapping/requests.js';

const frozen = (ids: string[]): readonly Example[] =>
  Object.freeze(ids.map((id) => Object.freeze(example([0.1, 0.2], [1, 2, 3], { id }))));
const ids = (examples: readonly Example[]) => examples.map(({ id }) => id).join('');
const refused = expect.objectContaining({ code: 'argument-invalid' }) as Error;
const three = frozen(['a', 'b', 'c']);

test('adds at the end or in place, with identity, colour, weight of its own', () => {
  const drafted = { label: 'bright', inputs: [0.5], latents: [1] };
  const one = addExample([], drafted);
  expect(one).toEqual([{ ...drafted, id: 'e1', hue: 210, enabled: true, weight: 1 }]);
  expect(exampleSchema.safeParse(one[0]).success).toBe(true);
  expect(addExample(three, drafted, 1).map(({ id }) => id)).toEqual(['a', 'e1', 'b', 'c']);
  expect(addExample(three, { ...drafted, id: 'z', weight: 3 })[3]).toMatchObject({ id: 'z', weight: 3 });
  expect(() => addExample(three, { ...drafted, id: 'b' })).toThrow(refused);
});

test('refuses the example that would be one too many', () => {
  const full = Array.from({ length: MAX_EXAMPLES }, (_, i) => example([0], [0], { id: `f${i}` }));
  expect(() => addExample(full, { label: '', inputs: [0], latents: [0] })).toThrow(refused);
  expect(() => duplicateExample(full, 'f3')).toThrow(refused);
});

test('edits, removes, moves and duplicates by identity, leaving the old list alone', () => {
  expect(editExample(three, 'b', { label: 'new' })[1]).toMatchObject({
    id: 'b',
    label: 'new',
    latents: [1, 2, 3],
  });
  expect(ids(removeExamples(three, ['c', 'a']))).toBe('b');
  expect(ids(moveExample(three, 'a', 2))).toBe('bca');
  expect(ids(moveExample(three, 'c', -5))).toBe('cab');
  expect(ids(moveExample(three, 'b', 99))).toBe('acb');
  const [, , copy] = duplicateExample(three, 'b');
  expect(copy).toMatchObject({ id: 'e1', inputs: [0.1, 0.2], latents: [1, 2, 3] });
  expect(copy!.label).toMatch(/copy$/);
  expect(ids(three)).toBe('abc');
});

test('an identity that is not there is refused', () => {
  expect(() => editExample(three, 'x', {})).toThrow(refused);
  expect(() => removeExamples(three, ['a', 'x'])).toThrow(refused);
  expect(() => moveExample(three, 'x', 0)).toThrow(refused);
  expect(() => duplicateExample(three, 'x')).toThrow(refused);
});

test('an added input is in the middle in every example', () => {
  expect(withInput(three)[0]).toMatchObject({ inputs: [0.1, 0.2, 0.5], latents: [1, 2, 3] });
});

test('identities stay apart and colours spread, however many are added and removed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 30 }), (removals) => {
      let list: Example[] = [];
      for (const index of removals) {
        const id = nextExampleId(list);
        expect(list.some((one) => one.id === id)).toBe(false);
        const hue = nextHue(list);
        const apart = list.map((one) => Math.min(Math.abs(one.hue - hue), 360 - Math.abs(one.hue - hue)));
        expect(Math.min(360, ...apart)).toBeGreaterThanOrEqual(Math.floor(180 / (list.length + 1)) - 1);
        list = addExample(list, { label: '', inputs: [0], latents: [0] });
        if (index < list.length && index > 4) list = removeExamples(list, [list[index]!.id]);
      }
    }),
  );
});
