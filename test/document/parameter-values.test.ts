import { PARAMETERS } from '../../src/document/parameters.js';
import { parsePreset } from '../../src/document/parse-preset.js';
import { parameterValues, withParameter } from '../../src/document/parameter-values.js';
import { samplePreset } from './sample-presets.js';

/** The sample has two inputs and three latents; the parameters of further ones have no place in it. */
const present = PARAMETERS.map(({ id }, index) => ({ id, index })).filter(
  ({ id }) => !/^(input|offset)\d/.test(id) || /^(input[12]|offset[123])$/.test(id),
);

describe('withParameter', () => {
  it.each(present)('moves $id, and nothing else', ({ index }) => {
    const { min, max, initial } = PARAMETERS[index] ?? { min: 0, max: 0, initial: 0 };
    const before = parameterValues(samplePreset());
    const wanted = before[index] === max ? min : max;
    const moved = withParameter(samplePreset(), index, wanted);
    expect(initial).toBeGreaterThanOrEqual(min);
    expect(parameterValues(moved)).toEqual(before.with(index, wanted));
    expect(() => parsePreset(moved)).not.toThrow();
  });

  it('leaves the document as it is where there is no such input or latent, or nothing to change', () => {
    const preset = samplePreset();
    for (const { id, index } of PARAMETERS.map((parameter, i) => ({ id: parameter.id, index: i })))
      if (!present.some((known) => known.id === id)) expect(withParameter(preset, index, 0.25)).toBe(preset);
    expect(withParameter(preset, 0, preset.inputs[0]?.value ?? -1)).toBe(preset);
  });

  it('knows a value again that a host gives back in 32 bits', () => {
    const glide = present.find(({ id }) => id === 'glide')?.index ?? -1;
    const preset = withParameter(samplePreset(), glide, 0.08);
    expect(Math.fround(0.08)).not.toBe(0.08);
    expect(withParameter(preset, glide, Math.fround(0.08))).toBe(preset);
    expect(withParameter(preset, glide, Math.fround(0.08) + 1e-8)).not.toBe(preset);
  });

  it('takes back from a host every value that a document may hold', () => {
    const offset = present.find(({ id }) => id === 'offset2')?.index ?? -1;
    // The page sets offsets up to ten; what a host's project gave back was four.
    for (const wanted of [-10, 7, 10]) {
      const sample = samplePreset();
      const dimensions = sample.steering.dimensions.with(1, {
        ...sample.steering.dimensions[1],
        offset: wanted,
      } as never);
      const preset = parsePreset({ ...sample, steering: { ...sample.steering, dimensions } });
      expect(parameterValues(preset)[offset]).toBe(wanted);
      expect(withParameter(preset, offset, wanted)).toBe(preset);
    }
  });

  it('stays within the bounds', () => {
    for (const { index } of present) {
      const { min = 0, max = 0 } = PARAMETERS[index] ?? {};
      expect(parameterValues(withParameter(samplePreset(), index, 1e9))[index]).toBe(max);
      expect(parameterValues(withParameter(samplePreset(), index, -1e9))[index]).toBe(min);
    }
  });
});
