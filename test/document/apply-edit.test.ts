import fc from 'fast-check';
import { TillerError } from '../../src/document/tiller-error.js';
import { parsePreset } from '../../src/document/parse-preset.js';
import { applyEdit, editLabel } from '../../src/document/apply-edit.js';
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
      type: fc.constant('remove-other-model'),
      sha256: fc.constantFrom('ef'.repeat(32), '00'.repeat(32)),
    }),
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

// Fields with a default in their schema were set to it by an edit of another field: changing the input channels ended the loop.
describe('an edit from outside', () => {
  it('changes the fields that it names, and no other', () => {
    const preset = samplePreset();
    const present = {
      ...preset,
      output: { ...preset.output, loop: true, loopSlot: 3, margin: 'safe' as const },
    };
    for (const [key, value] of Object.entries(present.output)) {
      const edit = editSchema.parse({ type: 'set-output', change: { [key]: value } });
      expect(applyEdit(present, edit)).toEqual(present);
    }
    const steering = editSchema.parse({ type: 'steer-dimensions', dimensions: [0], change: {} });
    expect(applyEdit(present, steering)).toEqual(present);
    const input = editSchema.parse({ type: 'edit-input', index: 0, change: {} });
    expect(applyEdit(present, input)).toEqual(present);
    const example = editSchema.parse({ type: 'edit-example', id: 'e0', change: {} });
    expect(applyEdit(present, example)).toEqual(present);
  });
});

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

  it('adds and removes an input in the examples of every model', () => {
    const added = applyEdit(samplePreset(), { type: 'add-input', input: {} });
    expect(added.otherModels[0]?.examples[0]?.inputs).toEqual([0.25, 1, 0.5]);
    const removed = applyEdit(added, { type: 'remove-input', index: 0 });
    expect(removed.otherModels[0]?.examples[0]?.inputs).toEqual([1, 0.5]);
    expect(() => parsePreset(JSON.parse(JSON.stringify(removed)))).not.toThrow();
  });

  it('adds several examples in one step, or none', () => {
    const add = (latents: number[]) => ({ label: 'new', inputs: [0, 0], latents });
    const { examples, steering } = applyEdit(samplePreset(), {
      type: 'add-examples',
      examples: [add([0, 9, 0]), add([1, 1, 1])],
    });
    expect(new Set(examples.map(({ id }) => id)).size).toBe(4);
    expect(steering.dimensions[1]?.range[1]).toBe(9);
    const wrong: Edit = { type: 'add-examples', examples: [add([0, 0, 0]), add([0])] };
    expect(() => applyEdit(samplePreset(), wrong)).toThrow(/latents/);
  });

  it('adds a map in one step, or none of it', () => {
    const map = {
      type: 'add-map',
      examples: [{ label: 'hum', inputs: [0, 1], latents: [0, 9, 0] }],
      inputNames: [{ index: 1, name: 'Soft to loud' }],
      regressor: { kind: 'knn', k: 6, falloff: 2 },
    } as const satisfies Edit;
    const { examples, inputs, learning } = applyEdit(samplePreset(), { ...map, examples: [...map.examples] });
    expect(examples.at(-1)).toMatchObject({ label: 'hum', inputs: [0, 1] });
    expect(inputs.map(({ name }) => name)).toEqual([samplePreset().inputs[0]?.name, 'Soft to loud']);
    expect(learning).toMatchObject({ shared: map.regressor, perDimension: {} });
    const kept = applyEdit(samplePreset(), { ...map, inputNames: [], regressor: null });
    expect(kept.learning).toEqual(samplePreset().learning);
    const wrong: Edit = { ...map, inputNames: [{ index: 9, name: 'none' }] };
    expect(() => applyEdit(samplePreset(), wrong)).toThrow(/no input 10/);
  });

  it('deletes what is kept for another model', () => {
    const [other] = samplePreset().otherModels;
    const remove: Edit = { type: 'remove-other-model', sha256: other?.model.sha256 ?? '' };
    const without = applyEdit(samplePreset(), remove);
    expect(without.otherModels).toEqual([]);
    expect(() => applyEdit(without, remove)).toThrow(/no examples of that model/);
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
      const label = editLabel({ type: shape.type.value, ids: [], examples: [] } as unknown as Edit);
      expect(label.length).toBeGreaterThan(3);
    }
  });
});
