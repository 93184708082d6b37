import { graphSchema, type ModelManifest, withAttributeValues } from '../../../src/engine/model/manifest.js';

const graph = (initialState: string | null) => ({
  file: 'decoder.onnx',
  input: { name: 'latents', shape: [1, 4, 1] },
  output: { name: 'audio', shape: [1, 1, 16] },
  noise: [],
  state: { input: 'state', output: 'state_out', size: 3 },
  initialState,
});

// Any path was joined to the model's folder.
test.each<[string | null, boolean]>([
  [null, true],
  ['decoder.f4b2.state', true],
  ['../../secret', false],
  ['../decoder.state', false],
  ['/etc/passwd', false],
  ['model.json', false],
])('a first state in %p is read: %p', (initialState, read) => {
  expect(graphSchema.safeParse(graph(initialState)).success).toBe(read);
});

test('a manifest is given the attributes that an instrument sets, where the model states them', () => {
  const level = { name: 'level', kind: 'number', initial: 1 } as const;
  const learn = { name: 'learn', kind: 'switch', initial: 0 } as const;
  const manifest = { name: 'model', attributes: [level, learn] } as unknown as ModelManifest;
  const set = withAttributeValues(manifest, [
    { ...level, value: 0.5, range: [0, 2] },
    { ...learn, name: 'gone', value: 1, range: [0, 1] },
  ]);
  expect(set.attributes).toEqual([{ ...level, initial: 0.5 }, learn]);
  expect(manifest.attributes?.[0]?.initial).toBe(1);
});
