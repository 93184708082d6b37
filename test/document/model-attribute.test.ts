import { applyEdit } from '../../src/document/apply-edit.js';
import {
  attributePosition,
  attributesOf,
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
    expect(usualRange({ name: 'x', kind, initial })).toEqual(range);
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

  it.each([
    [[0, 1e6], 'number', 1, [0, 2]],
    [[0.5, 1e6], 'number', 1, [0.5, 2.5]],
    [[-2, 3], 'integer', 0, [-2, 3]],
    [[-1e6, 3], 'integer', 0, [0, 3]],
  ] as const)('within the bounds %j a %s of %d has the range %j at first', (bounds, kind, initial, range) =>
    expect(usualRange({ name: 'x', kind, initial, bounds: [...bounds] })).toEqual(range),
  );

  it('is one of its choices, of which its range is all', () => {
    const mode = { name: 'mode', kind: 'choice', initial: 1, choices: ['tanh', 'clip', 'fold'] } as const;
    const [attribute] = attributesOf([{ ...mode, choices: [...mode.choices] }], []);
    expect(attribute).toEqual({ ...mode, value: 1, range: [0, 2] });
    const accepts = (change: object) =>
      modelAttributesSchema.safeParse([{ ...attribute, ...change }]).success;
    expect(accepts({})).toBe(true);
    for (const change of [{ choices: undefined }, { range: [0, 1] }, { initial: 3 }, { kind: 'number' }])
      expect({ change, accepted: accepts(change) }).toEqual({ change, accepted: false });
    const positions = [0, 0.2, 0.3, 0.7, 0.8, 1];
    expect(positions.map((at) => attribute && attributeValueAt(attribute, at))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('keeps its value within bounds that a later import finds out', () => {
    const known = { ...TEMPERATURE, value: 0.5, range: [0, 4] as [number, number] };
    const stated = { name: 'temperature', kind: 'number', initial: 1, bounds: [1, 3] } as const;
    expect(attributesOf([{ ...stated, bounds: [...stated.bounds] }], [known])).toEqual([
      { ...stated, value: 1, range: [1, 3] },
    ]);
  });

  it('has no range beyond its bounds', () => {
    const preset = {
      ...samplePreset(),
      attributes: [{ ...TEMPERATURE, bounds: [0, 3] as [number, number] }],
    };
    const change = { range: [-1, 5] as [number, number] };
    expect(applyEdit(preset, { type: 'set-attribute', index: 0, change }).attributes[0]?.range).toEqual([
      0, 3,
    ]);
  });

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
