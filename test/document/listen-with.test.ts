import { applyEdit } from '../../src/document/apply-edit.js';
import { MAX_MODEL_DELAY_SAMPLES } from '../../src/document/limits.js';
import { pack } from '../../src/document/packing.js';
import { parsePreset } from '../../src/document/parse-preset.js';
import { samplePreset } from './sample-presets.js';

const latents = samplePreset().steering.dimensions.length;
const listenWith = (count: number, inputs = 2) => ({
  model: { name: 'other', sha256: 'b'.repeat(64) },
  delaySamples: 30,
  adapter: { inputs, weights: pack(new Float32Array(count), 'float32') },
});

describe('whose encoder hears the track', () => {
  it('is an edit, whose adapter must fit the latents', () => {
    const fitting = listenWith(3 * latents);
    const edited = applyEdit(samplePreset(), { type: 'listen-with', listenWith: fitting });
    expect(edited.listenWith).toEqual(fitting);
    expect(applyEdit(edited, { type: 'listen-with', listenWith: null }).listenWith).toBeNull();
    expect(() =>
      applyEdit(samplePreset(), { type: 'listen-with', listenWith: listenWith(3 * latents + 1) }),
    ).toThrow(`should hold ${3 * latents} numbers`);
    expect(() =>
      applyEdit({ ...samplePreset(), model: null }, { type: 'listen-with', listenWith: fitting }),
    ).toThrow('There is no model');
  });

  it('is checked where a preset is read', () => {
    const preset = samplePreset();
    expect(parsePreset({ ...preset, listenWith: listenWith(3 * latents) }).listenWith).not.toBeNull();
    for (const wrong of [
      listenWith(latents),
      listenWith(3 * latents, 300),
      { ...listenWith(3 * latents), delaySamples: -1 },
      { ...listenWith(3 * latents), delaySamples: MAX_MODEL_DELAY_SAMPLES + 1 },
    ])
      expect(() => parsePreset({ ...preset, listenWith: wrong })).toThrow();
    const broken = listenWith(3 * latents);
    broken.adapter.weights = pack(new Float32Array(3 * latents).fill(NaN), 'float32');
    expect(() => parsePreset({ ...preset, listenWith: broken })).toThrow('not finite');
  });
});
