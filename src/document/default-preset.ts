import { defaultOutput } from './output.js';
import { defaultLearning } from './default-learning.js';
import type { Input } from './input.js';
import { defaultDimension } from './steering.js';
import type { ModelReference, Preset } from './preset.js';
import { PRESET_FORMAT, PRESET_VERSION } from './preset.js';

/** A new input: driven by the pad and by the host, linear, in the middle. */
export const defaultInput = (name: string): Input => ({
  name,
  source: { kind: 'pad' },
  range: [0, 1],
  curve: 0,
  inverted: false,
  value: 0.5,
});

/** A new instrument without examples, for a model of `latentDims` latent dimensions. */
export function emptyPreset(model: ModelReference | null, latentDims: number): Preset {
  return {
    format: PRESET_FORMAT,
    version: PRESET_VERSION,
    name: 'Untitled',
    description: '',
    tags: [],
    author: '',
    model,
    inputs: [defaultInput('X'), defaultInput('Y')],
    examples: [],
    learning: defaultLearning(),
    trained: null,
    steering: {
      amount: 1,
      glideSeconds: 0,
      dimensions: Array.from({ length: latentDims }, defaultDimension),
    },
    attributes: [],
    loops: [],
    listenWith: null,
    output: defaultOutput(),
    otherModels: [],
    seed: 1,
  };
}
