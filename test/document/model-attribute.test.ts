import { applyEdit } from '../../src/document/apply-edit.js';
import {
  attributePosition,
  attributeValueAt,
  type ModelAttribute,
  modelAttributesSchema,
  usualRange,
} from '../../src/document/model-attribute.js';
import { hasUnsavedChanges } from '../../src/document/difference.js';
import { useModel, withAttributesOf } from '../../src/document/use-model.js';
import { samplePreset } from './sample-presets.js';

const TEMPERATURE: ModelAttribute = {
  name: 'temperature',
  kind: 'number',
  initial: 1,
  value: 0.5,
  range: [0, 2],
};
const STATED = [
  { name: 'temperature', kind: 'number', initial: 1 },
  { name: 'learn', kind: 'switch', initial: 1 },
] as const;

describe('a value that a model lets be set', () => {
  it.each([
    ['number', 0.5, [0, 1]],
    ['number', 1, [0, 2]],
    ['number', -3, [-6, 6]],
    ['integer', 2, [0, 10]],
    ['integer', 40, [0, 80]],
    ['switch', 1, [0, 1]],
  ] as const)('a %s of %d has the range %j at first', (kind, initial, range) => {
    expect(usualRange(kind, initial)).toEqual(range);
    const attribute: ModelAttribute = { name: 'x', kind, initial, value: initial, range: [...range] };
    expect(modelAttributesSchema.safeParse([attribute]).success).toBe(true);
    expect(attributeValueAt(attribute, attributePosition(attribute))).toBe(initial);
  });

  it.each([
    { value: 3 },
    { value: NaN },
    { range: [1, 1] },
    { range: [0, 1e9] },
    { name: '' },
    { kind: 'text' },
  ])('is refused with %j', (change) =>
    expect(modelAttributesSchema.safeParse([{ ...TEMPERATURE, ...change }]).success).toBe(false),
  );

  it('is set within its range, which takes it along, whole where it is no number', () => {
    const preset = { ...samplePreset(), attributes: [TEMPERATURE] };
    const set = (change: { value?: number; range?: [number, number] }, kind = TEMPERATURE.kind) =>
      applyEdit(
        { ...preset, attributes: [{ ...TEMPERATURE, kind }] },
        { type: 'set-attribute', index: 0, change },
      ).attributes[0];
    expect(set({ value: 1.25 })).toEqual({ ...TEMPERATURE, value: 1.25 });
    expect(set({ value: 9 })?.value).toBe(2);
    expect(set({ range: [1, 4] })).toEqual({ ...TEMPERATURE, value: 1, range: [1, 4] });
    expect(set({ value: 1.25 }, 'integer')?.value).toBe(1);
    expect(() => applyEdit(preset, { type: 'set-attribute', index: 1, change: { value: 0 } })).toThrow(
      'no setting 2',
    );
  });

  it('stays with its model, and comes back with it', () => {
    const present = { ...samplePreset(), attributes: [TEMPERATURE] };
    const other = { name: 'other', sha256: '12'.repeat(32), attributes: STATED };
    const changed = useModel(present, other, [[-1, 1]]);
    expect(changed.attributes.map(({ name, value }) => [name, value])).toEqual([
      ['temperature', 1],
      ['learn', 1],
    ]);
    const model = present.model ?? { name: '', sha256: '' };
    const ranges = [[-1, 1], [-1, 1], [-1, 1]] as const; // prettier-ignore
    const back = useModel(changed, { ...model, attributes: STATED.slice(0, 1) }, ranges);
    expect(back.attributes).toEqual([TEMPERATURE]);
    expect(back.otherModels.map(({ model: { name } }) => name)).toEqual(['another']);
  });

  it('is completed by what the model states', () => {
    const preset = { ...samplePreset(), attributes: [TEMPERATURE] };
    const model = { name: 'm', sha256: 'ab'.repeat(32), attributes: STATED };
    const complete = withAttributesOf(preset, model);
    expect(complete.attributes).toEqual([
      TEMPERATURE,
      { name: 'learn', kind: 'switch', initial: 1, value: 1, range: [0, 1] },
    ]);
    expect(withAttributesOf(complete, model)).toBe(complete);
    expect(withAttributesOf(complete, { ...model, attributes: undefined })).toBe(complete);
    expect(hasUnsavedChanges(preset, complete)).toBe(false);
    const hotter = [{ ...TEMPERATURE, value: 2 }, ...complete.attributes.slice(1)];
    expect(hasUnsavedChanges(preset, { ...complete, attributes: hotter })).toBe(true);
  });
});
