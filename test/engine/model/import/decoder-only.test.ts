import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImportedModel, importModel } from '../../../../src/engine/model/import/import.js';
import { createNoise } from '../../../../src/engine/model/run/noise.js';
import { requireEncoder } from '../../../../src/engine/model/run/model-kind.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';
import { readReport } from '../../../../src/engine/model/report/report-file.js';
import { mapModel } from '../../../../src/engine/starter-map/map-model.js';
import { buildZip } from '../../torchscript/archive-builder.js';
import { storedModel } from './evaluate/stored.js';

/** An oscillator bank of two latents: each is the level of every other sample. */
const SOURCE = [
  'class M(Module):',
  '  def decode(self: __torch__.M, z: Tensor) -> Tensor:',
  '    y = torch.reshape(torch.permute(z, [0, 2, 1]), [torch.size(z, 0), 1, -1])',
  '    return torch.repeat_interleave(torch.mul(y, 0.1), 64, -1)',
].join('\n');

describe('a decoder alone', () => {
  let folder: string;
  let entry: ImportedModel;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-decoder-'));
    const path = join(folder, 'bank.ts');
    const attributes = {
      _methods: ['decode'],
      decode_params: { data: BigInt64Array.of(2n, 128n, 1n, 1n) },
      sr: 16_000n,
    };
    await writeFile(
      path,
      buildZip([
        ...storedModel(attributes),
        { name: 'm/version', data: '3\n' },
        { name: 'm/code/__torch__.py', data: SOURCE },
      ]),
    );
    entry = await importModel(path, { libraryDir: join(folder, 'models') });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is imported with usual ranges, no delay and a note', async () => {
    expect(entry.manifest).toMatchObject({
      hasNoEncoder: true,
      delaySamples: 0,
      latentRanges: [[-3, 3], [-3, 3]], // prettier-ignore
    });
    const report = await readReport(entry.dir);
    expect(report?.notes).toEqual([expect.stringContaining('no encoder')]);
    expect(report?.latents.map(({ effect }) => effect !== null)).toEqual([true, true]);
  });

  it.each([
    [1, 1],
    [4, 2],
  ])(
    'encodes any sound as 0 and decodes what is played, in calls of %i frames for %i sides',
    async (frames, batch) => {
      const model = await openModel(entry.dir, entry.manifest, { frames, batch });
      const noise = createNoise({ kind: 'silent' });
      model.audioIn.fill(0.5);
      model.encode(noise);
      expect(model.encoded).toHaveLength(2 * frames * batch);
      expect(model.encoded.every((value) => value === 0)).toBe(true);
      model.latents.fill(2);
      model.decode(noise);
      expect(model.audioOut).toHaveLength(128 * frames * batch);
      expect(model.audioOut[5]).toBeCloseTo(0.2, 6);
      model.close();
    },
  );

  it('is mapped by its ranges, and refuses to listen to audio', async () => {
    const { zones } = await mapModel(entry.dir, entry.manifest, {
      files: [],
      zones: 3,
      candidates: 40,
      layout: 'loudness',
      seed: 1,
      ceilingDb: 0,
    });
    expect(zones).toHaveLength(3);
    expect(() => requireEncoder(entry.manifest)).toThrow('has no encoder');
  });
});
