import fc from 'fast-check';
import { parseProject, projectText } from '../../../src/engine/host/project.js';
import { parsePresetText } from '../../../src/document/parse-preset.js';
import { samplePreset } from '../../document/sample-presets.js';

describe('a project', () => {
  it('knows where its instrument came from', () => {
    const project = { preset: samplePreset(), presetId: 'user/song' };
    expect(parseProject(projectText(project))).toEqual(project);
  });

  it('is a plain preset where that says everything', () => {
    const text = projectText({ preset: samplePreset(), presetId: null });
    expect(parsePresetText(text)).toEqual(samplePreset());
    expect(parseProject(text)).toEqual({ preset: samplePreset(), presetId: null });
  });

  it.each([
    ['no JSON', '{'],
    ['something else', '{"format":"tiller-project"}'],
    [
      'a project without an instrument',
      '{"format":"tiller-project","version":1,"presetId":"user/a","preset":{}}',
    ],
    [
      'a place of another kind',
      JSON.stringify({ format: 'tiller-project', version: 1, presetId: 7, preset: samplePreset() }),
    ],
  ])('is refused: %s', (_, text) => {
    expect(() => parseProject(text)).toThrow(expect.objectContaining({ code: 'preset-invalid' }) as Error);
  });

  it('is refused, whatever else it holds', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(() => parseProject(text)).toThrow(
          expect.objectContaining({ code: 'preset-invalid' }) as Error,
        );
      }),
    );
  });
});
