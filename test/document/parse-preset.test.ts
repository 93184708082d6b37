import { UPLOAD_LIMITS } from '../../src/protocol/uploads.js';
import fc from 'fast-check';
import { TillerError } from '../../src/document/tiller-error.js';
import {
  formatPreset,
  MAX_PRESET_BYTES,
  parsePreset,
  parsePresetText,
} from '../../src/document/parse-preset.js';
import { PRESET_VERSION } from '../../src/document/preset.js';
import { samplePreset } from './sample-presets.js';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Every path to a field or element of a JSON value. */
function paths(value: Json, prefix: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [prefix];
  const inner = Array.isArray(value)
    ? value.flatMap((item, i) => paths(item, [...prefix, i]))
    : Object.entries(value).flatMap(([key, item]) => paths(item, [...prefix, key]));
  return prefix.length === 0 ? inner : [prefix, ...inner];
}

/** A deep copy of `value` with the field at `path` replaced, or removed where `change` returns undefined. */
function altered(value: Json, path: (string | number)[], change: (old: Json) => Json | undefined): Json {
  const copy = structuredClone(value);
  let at: Json = copy;
  for (const key of path.slice(0, -1)) at = (at as { [key: string]: Json })[String(key)] ?? null;
  const last = String(path.at(-1));
  const holder = at as { [key: string]: Json };
  const next = change(holder[last] ?? null);
  if (next !== undefined) holder[last] = next;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete holder[last];
  return copy;
}

/** A copy of `value` that lacks some fields. */
function without<T extends object, K extends keyof T>(value: T, ...keys: K[]): Omit<T, K> {
  const copy = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
}

const sample = () => JSON.parse(formatPreset(samplePreset())) as Json;

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TillerError) return error.code;
    throw error;
  }
  return 'none';
}

describe('parsePreset', () => {
  it('returns what was written', () => {
    expect(parsePresetText(formatPreset(samplePreset()))).toEqual(samplePreset());
    // As an editor may leave it.
    expect(parsePresetText(`\uFEFF${formatPreset(samplePreset())}`)).toEqual(samplePreset());
  });

  it.each(paths(sample()).map((path) => [path.join('.'), path] as const))(
    'refuses a preset without %s',
    (_name, path) => {
      const damaged = altered(sample(), [...path], () => undefined);
      // Leaving out a whole list element can leave a smaller, valid preset; a field can never be left out.
      if (typeof path.at(-1) === 'number' && codeOf(() => parsePreset(damaged)) === 'none') {
        expect(path.join('.')).toMatch(/^(tags|examples|attributes|loops|otherModels(\.0\.examples)?)\.\d$/);
        return;
      }
      expect(codeOf(() => parsePreset(damaged))).toBe('preset-invalid');
    },
  );

  it.each(paths(sample()).map((path) => [path.join('.'), path] as const))(
    'refuses nonsense in %s',
    (_name, path) => {
      for (const nonsense of [{ nonsense: true }, [[]], -1e9, '\u0000'.repeat(5000)]) {
        const damaged = altered(sample(), [...path], () => nonsense);
        expect(codeOf(() => parsePreset(damaged))).toBe('preset-invalid');
      }
    },
  );

  it('refuses a field it does not know, so that nothing is silently dropped on saving', () => {
    expect(codeOf(() => parsePreset({ ...samplePreset(), unexpected: 1 }))).toBe('preset-invalid');
  });

  it('names the field that is wrong', () => {
    const damaged = altered(sample(), ['output', 'ceilingDb'], () => 3);
    expect(() => parsePreset(damaged)).toThrow(/output\.ceilingDb/);
  });

  it('refuses newer versions and says so', () => {
    expect(codeOf(() => parsePreset({ ...samplePreset(), version: PRESET_VERSION + 1 }))).toBe(
      'preset-too-new',
    );
  });

  it('migrates older versions step by step', () => {
    const migrations = {
      1: (document: Record<string, unknown>) => ({ ...document, steps: 1 }),
      2: ({ steps, ...document }: Record<string, unknown>) => {
        expect(steps).toBe(1);
        return { ...document, description: 'migrated' };
      },
    };
    const { description } = parsePreset({ ...samplePreset(), version: 1 }, migrations, 3);
    expect(description).toBe('migrated');
  });

  it('reads a preset of version 1, which held the examples of one model only', () => {
    const { otherModels, attributes, ...first } = without(samplePreset(), 'loops');
    expect(otherModels).toHaveLength(1);
    expect(attributes).not.toHaveLength(0);
    const read = parsePreset({ ...first, version: 1 });
    expect(read).toEqual({ ...samplePreset(), attributes: [], loops: [], otherModels: [] });
  });

  it('reads a preset of version 2, which set nothing of a model but its latents', () => {
    const { attributes, otherModels, ...second } = without(samplePreset(), 'loops');
    expect(attributes).not.toHaveLength(0);
    const others = otherModels.map((set) => without(set, 'attributes', 'loops'));
    expect(others).toHaveLength(1);
    const read = parsePreset({ ...second, otherModels: others, version: 2 });
    expect(read).toEqual({ ...samplePreset(), attributes: [], loops: [] });
    expect(codeOf(() => parsePreset({ ...second, otherModels: 'none', version: 2 }))).toBe('preset-invalid');
  });

  it('reads a preset of version 3, which kept no loops', () => {
    const { loops, output, otherModels, ...third } = samplePreset();
    expect(loops).toHaveLength(2);
    const older = without({ ...output, loop: true }, 'loopSlot', 'loopStart', 'margin');
    const others = otherModels.map((set) => without(set, 'loops'));
    const read = parsePreset({ ...third, output: older, otherModels: others, version: 3 });
    expect(read).toEqual({ ...samplePreset(), output: { ...output, loop: true }, loops: [] });
  });

  it('reads a preset of version 4, which neither played a prior nor matched levels', () => {
    const preset = { ...samplePreset(), output: { ...samplePreset().output, matchLevel: true } };
    const older = {
      ...preset,
      output: without(preset.output, 'matchLevel', 'prior', 'priorTemperature'),
      version: 4,
    };
    expect(parsePreset(older)).toEqual({ ...preset, output: { ...preset.output, matchLevel: false } });
    expect(parsePreset({ ...preset })).toEqual(preset);
  });

  it('refuses a loop that does not fit the model or the inputs', () => {
    const [, loop] = samplePreset().loops;
    if (!loop) throw new Error('the sample has no loop');
    for (const wrong of [{ frames: 3 }, { rows: 2 }, { inputs: [0.5] }, { latents: '' }])
      expect(() => parsePreset({ ...samplePreset(), loops: [{ ...loop, ...wrong }] })).toThrow(/Loop 1/);
  });

  it('refuses examples of another model that do not fit, and a model that is listed twice', () => {
    const preset = samplePreset();
    const [other] = preset.otherModels;
    if (other?.examples[0] === undefined) throw new Error('the sample has no other model');
    const [example] = other.examples;
    const damaged = [
      [{ ...other, examples: [{ ...example, latents: [1] }] }],
      [{ ...other, examples: [{ ...example, inputs: [1] }] }],
      [{ ...other, examples: [example, example] }],
      [other, other],
      [{ ...other, model: preset.model }],
    ];
    for (const otherModels of damaged)
      expect(codeOf(() => parsePreset({ ...preset, otherModels }))).toBe('preset-invalid');
  });

  it('reads a preset of version 5, which played every model exactly', () => {
    const light = { ...samplePreset(), output: { ...samplePreset().output, precision: 'light' as const } };
    const older = { ...light, output: without(light.output, 'precision', 'bounceExact'), version: 5 };
    expect(parsePreset(older).output).toMatchObject({ precision: 'exact', bounceExact: false });
    expect(parsePreset(light)).toEqual(light);
    expect(codeOf(() => parsePreset({ ...light, output: { ...light.output, precision: 'half' } }))).toBe(
      'preset-invalid',
    );
  });

  it('refuses a version whose migration is gone', () => {
    expect(codeOf(() => parsePreset({ ...samplePreset(), version: 1 }, {}, 2))).toBe('preset-invalid');
  });

  it('refuses examples that do not fit the inputs or the latents, and two of one identifier', () => {
    const preset = samplePreset();
    const [first] = preset.examples;
    if (!first) throw new Error('the sample has no example');
    for (const change of [{ inputs: [0.5] }, { latents: [1] }, { id: 'e1' }]) {
      const examples = [{ ...first, ...change }, ...preset.examples.slice(1)];
      expect(codeOf(() => parsePreset({ ...preset, examples }))).toBe('preset-invalid');
    }
  });

  it('answers any text with a preset or a TillerError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['preset-invalid', 'preset-too-new']).toContain(codeOf(() => parsePresetText(text)));
      }),
    );
  });
});

// An upload was taken in up to 64 MiB, and then refused.
test('the page may send as large a preset as is read', () => {
  expect(UPLOAD_LIMITS.preset).toBe(MAX_PRESET_BYTES);
});
