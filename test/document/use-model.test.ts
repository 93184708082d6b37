import fc from 'fast-check';
import { applyEdit } from '../../src/document/apply-edit.js';
import { MAX_OTHER_MODELS } from '../../src/document/model-set.js';
import { parsePreset } from '../../src/document/parse-preset.js';
import type { Preset } from '../../src/document/preset.js';
import { useModel } from '../../src/document/use-model.js';
import { samplePreset } from './sample-presets.js';

const model = (n: number) => ({ name: `model ${n}`, sha256: n.toString(16).padStart(64, '0') });
const ranges = (latents: number, bound = 2) =>
  Array.from({ length: latents }, (): [number, number] => [-bound, bound]);
const own = () => samplePreset().model ?? model(99);
const withExample = (preset: Preset) =>
  applyEdit(preset, {
    type: 'add-example',
    example: {
      label: 'new',
      inputs: preset.inputs.map(() => 0.5),
      latents: preset.steering.dimensions.map((_, i) => i + 5),
    },
  });

describe('useModel', () => {
  // Examples were cut to the latents of the other model, and filled up with zeros on the way back.
  it('brings back everything of a model, whatever models and edits come between', () => {
    const before = applyEdit(samplePreset(), {
      type: 'steer-dimensions',
      dimensions: [1],
      change: { amount: 0.5, range: [-1, 7], locked: true },
    });
    const visits = fc.array(fc.record({ n: fc.nat(4), latents: fc.integer({ min: 1, max: 9 }) }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(visits, fc.boolean(), (visited, capture) => {
        const latentsOf = new Map<number, number>();
        let preset = before;
        for (const { n, latents } of visited) {
          latentsOf.set(n, latentsOf.get(n) ?? latents);
          preset = useModel(preset, model(n), ranges(latentsOf.get(n) ?? 1));
          if (capture) preset = withExample(preset);
        }
        expect(() => parsePreset(JSON.parse(JSON.stringify(preset)))).not.toThrow();
        const back = useModel(preset, own(), ranges(3, 30));
        for (const key of ['model', 'examples', 'trained', 'steering', 'learning'] as const)
          expect(back[key]).toEqual(before[key]);
      }),
    );
  });

  it('begins without examples with a model that has none, with its ranges and the mode of all latents', () => {
    const added = applyEdit(samplePreset(), {
      type: 'steer-dimensions',
      dimensions: [0, 1, 2],
      change: { mode: 'add', offset: 1 },
    });
    const { examples, steering, trained } = useModel(added, model(1), ranges(5, 30));
    expect([examples, trained]).toEqual([[], null]);
    expect(steering.dimensions).toHaveLength(5);
    expect(steering.dimensions[4]).toMatchObject({ range: [-30, 30], mode: 'add', offset: 0 });
    const mixed = applyEdit(added, { type: 'steer-dimensions', dimensions: [1], change: { mode: 'off' } });
    expect(useModel(mixed, model(1), ranges(1)).steering.dimensions[0]?.mode).toBe('override');
  });

  it('keeps nothing of a model that was only tried', () => {
    const tried = useModel(samplePreset(), model(1), ranges(5));
    const { otherModels } = useModel(tried, model(2), ranges(2));
    expect(otherModels.map((set) => set.model.name)).toEqual(['another', 'sample']);
  });

  it('refuses a model where the examples of the present one could not be kept', () => {
    let preset: Preset = { ...samplePreset(), otherModels: [] };
    for (let n = 0; n < MAX_OTHER_MODELS; n++) preset = withExample(useModel(preset, model(n), ranges(2)));
    expect(() => useModel(preset, model(99), ranges(2))).toThrow(/16 other models/);
    expect(useModel(preset, own(), ranges(3)).examples).toEqual(samplePreset().examples);
  });

  it('leaves a document that plays the model already as it is', () => {
    const preset = samplePreset();
    const same = { name: 'imported under another name', sha256: own().sha256 };
    expect(useModel(preset, same, ranges(3))).toBe(preset);
  });

  it('gives the examples of a document without a model to the first one that fits', () => {
    const unnamed = { ...samplePreset(), model: null };
    expect(useModel(unnamed, model(1), ranges(3))).toEqual({ ...unnamed, model: model(1) });
    expect(() => useModel(unnamed, model(1), ranges(4))).toThrow(/have 3 latents/);
    const empty = { ...unnamed, examples: [] };
    expect(useModel(empty, model(1), ranges(4)).steering.dimensions).toHaveLength(4);
  });
});
