import fc from 'fast-check';
import { TillerError } from '../../src/document/tiller-error.js';
import { parsePreset } from '../../src/document/parse-preset.js';
import { applyEdit, editLabel, useModel } from '../../src/document/apply-edit.js';
import type { Edit } from '../../src/document/edit.js';
import { editSchema } from '../../src/document/edit.js';
import { samplePreset } from './sample-presets.js';

/** Any edit that the schema lets through, aimed at and beside what the sample has. */
const anyEdit: fc.Arbitrary<Edit> = fc
  .oneof(
    fc.record({
      type: fc.constant('add-example'),
      example: fc.record({
        label: fc.string({ maxLength: 20 }),
        inputs: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }),
        latents: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 2, maxLength: 4 }),
      }),
    }),
    fc.record({
      type: fc.constant('edit-example'),
      id: fc.constantFrom('e0', 'e1', 'gone'),
      change: fc.record({ label: fc.constant('renamed'), enabled: fc.boolean() }, { requiredKeys: [] }),
    }),
    fc.record({ type: fc.constant('remove-examples'), ids: fc.constantFrom(['e0'], ['e1', 'e0'], ['gone']) }),
    fc.record({ type: fc.constant('move-example'), id: fc.constantFrom('e0', 'gone'), index: fc.nat(9) }),
    fc.record({ type: fc.constant('duplicate-example'), id: fc.constantFrom('e1', 'gone') }),
    fc.record({
      type: fc.constant('add-input'),
      input: fc.record({ value: fc.double({ min: 0, max: 1, noNaN: true }) }),
    }),
    fc.record({ type: fc.constant('remove-input'), index: fc.nat(15) }),
    fc.record({
      type: fc.constant('steer-dimensions'),
      dimensions: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
      change: fc.record(
        { mode: fc.constantFrom('off', 'add'), glideSeconds: fc.constant(0.5) },
        { requiredKeys: [] },
      ),
    }),
    fc.record({ type: fc.constant('set-output'), change: fc.record({ dryWet: fc.constant(0.25) }) }),
  )
  .map((edit) => editSchema.parse(edit));

describe('applyEdit', () => {
  it('leads from one valid document to another, or refuses and changes nothing', () => {
    fc.assert(
      fc.property(fc.array(anyEdit, { maxLength: 25 }), (edits) => {
        let preset = samplePreset();
        for (const edit of edits) {
          const before = JSON.stringify(preset);
          try {
            const next = applyEdit(preset, edit);
            expect(JSON.stringify(preset)).toBe(before);
            preset = next;
          } catch (error) {
            expect(error).toBeInstanceOf(TillerError);
            expect(JSON.stringify(preset)).toBe(before);
          }
        }
        expect(parsePreset(JSON.parse(JSON.stringify(preset)))).toEqual(JSON.parse(JSON.stringify(preset)));
      }),
    );
  });

  it('gives each new example an identifier and a hue of its own', () => {
    const add: Edit = { type: 'add-example', example: { label: 'new', inputs: [0, 0], latents: [0, 0, 0] } };
    const { examples } = applyEdit(applyEdit(samplePreset(), add), add);
    expect(new Set(examples.map(({ id }) => id)).size).toBe(4);
    expect(new Set(examples.map(({ hue }) => hue)).size).toBe(4);
  });

  it('takes an input’s column out of every example', () => {
    const { examples, inputs } = applyEdit(samplePreset(), { type: 'remove-input', index: 0 });
    expect(inputs).toHaveLength(1);
    expect(examples.map((example) => example.inputs)).toEqual([[1], [0]]);
  });

  it('keeps the last input', () => {
    const one = applyEdit(samplePreset(), { type: 'remove-input', index: 0 });
    expect(() => applyEdit(one, { type: 'remove-input', index: 0 })).toThrow(/last input/);
  });

  it('changes only the dimensions that are named', () => {
    const edit: Edit = { type: 'steer-dimensions', dimensions: [0, 2], change: { mode: 'multiply' } };
    const { dimensions } = applyEdit(samplePreset(), edit).steering;
    expect(dimensions.map(({ mode }) => mode)).toEqual(['multiply', 'override', 'multiply']);
  });

  it('has a name for undo for every edit', () => {
    for (const { shape } of editSchema.options) {
      const label = editLabel({ type: shape.type.value, ids: [] } as unknown as Edit);
      expect(label.length).toBeGreaterThan(3);
    }
  });
});

describe('useModel', () => {
  const other = { name: 'other', sha256: 'cd'.repeat(32) };

  it('keeps what both models have when the count of latents changes', () => {
    const ranges = Array.from({ length: 5 }, (): [number, number] => [-2, 1]);
    const steered = applyEdit(samplePreset(), {
      type: 'steer-dimensions',
      dimensions: [1],
      change: { amount: 0.5 },
    });
    const preset = useModel(steered, other, ranges);
    expect(preset.steering.dimensions.map(({ amount }) => amount)).toEqual([1, 0.5, 1, 1, 1]);
    // Ranges come from the model, widened by what the examples need.
    for (const [i, { range }] of preset.steering.dimensions.entries()) {
      const latents = preset.examples.map((example) => example.latents[i] ?? 0);
      expect(range).toEqual([Math.min(-2, ...latents), Math.max(1, ...latents)]);
    }
    expect(preset.examples[1]?.latents).toEqual([1, 0, 0.5, 0, 0]);
    expect(() => parsePreset(JSON.parse(JSON.stringify(preset)))).not.toThrow();
  });

  it('leaves a document that plays the model already as it is', () => {
    const preset = samplePreset();
    const same = { name: 'imported under another name', sha256: preset.model?.sha256 ?? '' };
    expect(
      useModel(preset, same, [
        [-1, 1],
        [-1, 1],
        [-1, 1],
      ]),
    ).toBe(preset);
  });

  it('takes the ranges of another model with as many latents', () => {
    const ranges = Array.from({ length: 3 }, (): [number, number] => [-30, 30]);
    const { steering } = useModel(samplePreset(), other, ranges);
    expect(steering.dimensions.map(({ range }) => range)).toEqual(ranges);
  });

  it('drops the settings of dimensions that are gone', () => {
    const settled = applyEdit(samplePreset(), {
      type: 'learn-dimensions-with',
      dimensions: [0, 2],
      settings: { kind: 'linear', ridge: 0 },
    });
    expect(Object.keys(useModel(settled, other, [[-1, 1]]).learning.perDimension)).toEqual(['0']);
  });
});
