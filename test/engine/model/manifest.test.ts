import { graphSchema } from '../../../src/engine/model/manifest.js';

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
