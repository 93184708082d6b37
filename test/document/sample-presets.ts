import { emptyPreset } from '../../src/document/default-preset.js';
import { defaultDimension } from '../../src/document/steering.js';
import { pack } from '../../src/document/packing.js';
import type { Preset } from '../../src/document/preset.js';

/** A preset with something in every field but `trained`. */
export function samplePreset(): Preset {
  const preset = emptyPreset({ name: 'sample', sha256: 'ab'.repeat(32) }, 3);
  return {
    ...preset,
    name: 'Sample',
    description: 'For tests',
    tags: ['drums'],
    author: 'Test',
    examples: [0, 1].map((i) => ({
      id: `e${i}`,
      label: `example ${i}`,
      hue: 40 * i,
      enabled: true,
      weight: 1,
      inputs: [i, 1 - i],
      latents: [i, 1 - i, 0.5],
    })),
    attributes: [
      { name: 'temperature', kind: 'number', initial: 1, value: 0.5, range: [0, 2] },
      ...Array.from({ length: 7 }, (_, i) => ({
        name: `bias ${i + 1}`,
        kind: 'number' as const,
        initial: 0,
        value: 0,
        range: [-3, 5] as [number, number],
      })),
    ],
    loops: [
      null,
      {
        name: 'second',
        frames: 2,
        rows: 1,
        beats: 4,
        inputs: [0.25, 0.5],
        latents: pack([1, 2, 3, 4, 5, 6], 'float32'),
      },
    ],
    otherModels: [
      {
        model: { name: 'another', sha256: 'ef'.repeat(32) },
        examples: [
          {
            id: 'e0',
            label: 'of another',
            hue: 8,
            enabled: true,
            weight: 1,
            inputs: [0.25, 1],
            latents: [3, -3],
          },
        ],
        perDimension: {},
        trained: null,
        dimensions: [defaultDimension(), defaultDimension()],
        loops: [],
        listenWith: null,
        attributes: [],
      },
    ],
  };
}
