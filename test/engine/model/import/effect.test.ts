import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyPreset } from '../../../../src/document/default-preset.js';
import { useModel } from '../../../../src/document/use-model.js';
import { wholeSound } from '../../../../src/engine/audio/sound-stream.js';
import { type ImportedModel, importModel } from '../../../../src/engine/model/import/import.js';
import { readReport } from '../../../../src/engine/model/report/report-file.js';
import { requireEncoder } from '../../../../src/engine/model/run/model-kind.js';
import { mapModel } from '../../../../src/engine/starter-map/map-model.js';
import { render } from '../../../../src/engine/stream/render.js';
import { random } from '../../audio/signals.js';
import { EFFECT_DELAY, effectFile } from './effect-source.js';

describe('a model with `forward` alone', () => {
  let folder: string;
  let entry: ImportedModel;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-effect-'));
    await writeFile(join(folder, 'effect.ts'), effectFile());
    entry = await importModel(join(folder, 'effect.ts'), { libraryDir: join(folder, 'models') });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is imported without latents, with its attributes and its own delay', async () => {
    expect(entry.manifest).toMatchObject({
      latentDims: 0,
      latentRanges: [],
      hop: 512,
      delaySamples: EFFECT_DELAY,
      attributes: [
        { name: 'gain', kind: 'number', initial: 1 },
        { name: 'mode', kind: 'choice', initial: 0, choices: ['plain', 'fold'] },
      ],
    });
    expect(entry.manifest.hasNoEncoder).toBeUndefined();
    const report = await readReport(entry.dir);
    expect(report?.notes).toContainEqual(expect.stringContaining('An effect'));
    expect(report?.notes.join()).not.toContain('no encoder');
    expect(report?.latents).toEqual([]);
    expect(report?.loads.length).toBeGreaterThan(0);
  });

  it('takes the first block that its code can be called with', async () => {
    const source = [
      'class M(Module):',
      '  def forward(self: __torch__.M, x: Tensor) -> Tensor:',
      '    y = torch.mean(torch.reshape(x, [1, 1, -1, 2048]), [-1])',
      '    return torch.mul(torch.repeat_interleave(y, 2048, -1), (self.gain)[0])',
    ].join('\n');
    await writeFile(join(folder, 'coarse.ts'), effectFile(source));
    const { manifest } = await importModel(join(folder, 'coarse.ts'), { libraryDir: join(folder, 'models') });
    expect(manifest.hop).toBe(2048);
  });

  it.each([1, 4] as const)(
    'plays a track of two sides in time, in calls of %i blocks',
    async (framesPerCall) => {
      const draw = random(3);
      const length = 12_345;
      const track = [0, 1].map(() => Float32Array.from({ length }, () => 0.8 * (draw() - 0.5)));
      const empty = useModel(emptyPreset(null, 0), entry.manifest, entry.manifest.latentRanges);
      const [gain, mode] = empty.attributes;
      if (gain === undefined || mode === undefined) throw new Error('the attributes are missing');
      const preset = {
        ...empty,
        attributes: [
          { ...gain, value: 0.5 },
          { ...mode, value: 1 },
        ],
        output: { ...empty.output, ceilingDb: 0, listen: 'both' as const, framesPerCall },
      };
      const heard = track.map(() => new Float32Array(length));
      let at = 0;
      const { faults } = await render({
        input: wholeSound(48_000, track),
        output: (channels, count) => {
          channels.forEach((samples, c) => heard[c]?.set(samples.subarray(0, count), at));
          at += count;
        },
        preset,
        model: entry,
        block: 77,
      });
      expect(faults).toBe(0);
      for (const [c, samples] of track.entries())
        for (let i = 0; i < length; i += 1)
          expect(Math.abs((heard[c]?.[i] ?? NaN) - Math.abs(0.5 * (samples[i] ?? NaN)))).toBeLessThan(1e-5);
    },
  );

  it('is refused for what needs latents', async () => {
    expect(() => requireEncoder(entry.manifest)).toThrow('is an effect');
    const options = {
      files: [],
      zones: 3,
      candidates: 10,
      layout: 'loudness',
      seed: 1,
      ceilingDb: 0,
    } as const;
    await expect(mapModel(entry.dir, entry.manifest, options)).rejects.toThrow('is an effect');
  });
});
