import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImportedModel, importModel } from '../../../../src/engine/model/import/import.js';
import { readReport } from '../../../../src/engine/model/report/report-file.js';
import { createNoise } from '../../../../src/engine/model/run/noise.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';

/** `learning`: a model whose statistics are learnt while it plays, made by `generate.py`; `choices`: one whose setters refuse values, by `choices.py`. */
const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'attributes');
const MIN_SNR_DB = 90;

interface Meta {
  readonly hop: number;
  readonly blocks: number;
  readonly latents: number;
  /** Values that are set before a block, by its number. */
  readonly schedule: Readonly<
    Record<string, Readonly<Record<string, readonly (number | boolean | string)[]>>>
  >;
}

const noise = createNoise({ kind: 'silent' });

function snrDb(wanted: Float32Array, got: Float32Array): number {
  const energy = (of: (value: number, i: number) => number) =>
    wanted.reduce((sum, value, i) => sum + of(value, i) ** 2, 0);
  return 10 * Math.log10(energy((value) => value) / energy((value, i) => value - (got[i] ?? 0)));
}

/** Plays the recorded blocks with the attributes of their schedule, and compares with what torch.jit gave. */
async function expectParity(entry: ImportedModel, name: string): Promise<void> {
  const meta = JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')) as Meta;
  const recorded = new Float32Array(new Uint8Array(readFileSync(join(FIXTURES, `${name}.f32`))).buffer);
  const { hop, blocks, latents, schedule } = meta;
  const wantedLatents = recorded.subarray(blocks * hop, blocks * (hop + latents));
  const wantedAudio = recorded.subarray(blocks * (hop + latents));
  const model = await openModel(entry.dir, entry.manifest, { frames: 1, batch: 1 });
  const encoded = new Float32Array(wantedLatents.length);
  const audio = new Float32Array(wantedAudio.length);
  const attributes = entry.manifest.attributes ?? [];
  for (let block = 0; block < blocks; block += 1) {
    for (const [name, values] of Object.entries(schedule[block] ?? {}))
      for (const [i, value] of values.entries()) {
        const shown = values.length === 1 ? name : `${name} ${i + 1}`;
        const place = attributes.findIndex((attribute) => attribute.name === shown);
        const { choices } = attributes[place] ?? {};
        model.attributes[place] = choices === undefined ? Number(value) : choices.indexOf(String(value));
      }
    model.audioIn.set(recorded.subarray(block * hop, (block + 1) * hop));
    model.encode(noise);
    encoded.set(model.encoded, block * latents);
    model.latents.set(model.encoded);
    model.decode(noise);
    audio.set(model.audioOut, block * hop);
  }
  model.close();
  expect(snrDb(wantedLatents, encoded)).toBeGreaterThan(MIN_SNR_DB);
  expect(snrDb(wantedAudio, audio)).toBeGreaterThan(MIN_SNR_DB);
}

describe('the attributes of nn~', () => {
  let library: string;
  let entry: ImportedModel;

  beforeAll(async () => {
    library = await mkdtemp(join(tmpdir(), 'tiller-attributes-'));
    entry = await importModel(join(FIXTURES, 'learning.torchscript'), { libraryDir: library });
  });
  afterAll(() => rm(library, { recursive: true, force: true }));

  it('are listed with their kinds, but for those that do nothing or decide on shapes', async () => {
    expect(entry.manifest.attributes).toEqual([
      { name: 'learn_source', kind: 'switch', initial: 0 },
      { name: 'learn_target', kind: 'switch', initial: 0 },
      { name: 'reset_source', kind: 'switch', initial: 0 },
      { name: 'reset_target', kind: 'switch', initial: 0 },
      { name: 'temperature', kind: 'number', initial: 1, bounds: [0, 1e6] },
      { name: 'shape', kind: 'integer', initial: 0 },
      { name: 'bounds 1', kind: 'number', initial: -1 },
      { name: 'bounds 2', kind: 'number', initial: 1 },
    ]);
    const report = await readReport(entry.dir);
    expect(report?.notes).toEqual([
      expect.stringMatching(/^Can be set while the model plays: learn_source off, .*bounds -1 1\.$/),
      'Can be set in nn~, but the file’s code makes it without effect: unused 3.',
      'What nn~ could set keeps the value that the file states: rows 4.',
    ]);
  });

  it('act as in torch.jit, learning and resetting statistics on the way', () =>
    expectParity(entry, 'learning'));

  it('are the same on both sides of a stereo track', async () => {
    const model = await openModel(entry.dir, entry.manifest, { frames: 4, batch: 2 });
    model.audioIn.fill(0.3);
    model.attributes[4] = 0.5;
    model.encode(noise);
    const half = model.encoded.slice();
    model.attributes[4] = 1;
    model.encode(noise);
    expect(half.every((value) => value !== 0)).toBe(true);
    for (const [i, value] of model.encoded.entries()) expect(half[i]).toBeCloseTo(value / 2, 6);
    model.close();
  });
});

describe('attributes that take only some values', () => {
  let library: string;
  let entry: ImportedModel;

  beforeAll(async () => {
    library = await mkdtemp(join(tmpdir(), 'tiller-choices-'));
    entry = await importModel(join(FIXTURES, 'choices.torchscript'), { libraryDir: library });
  });
  afterAll(() => rm(library, { recursive: true, force: true }));

  it('are offered those that their setters take: texts, integers of a few, bounds', async () => {
    expect(entry.manifest.attributes).toEqual([
      { name: 'mode', kind: 'choice', initial: 0, choices: ['tanh', 'clip', 'fold', 'soft'] },
      { name: 'animal', kind: 'choice', initial: 0, choices: ['horse', 'goose', 'cat'] },
      { name: 'factor', kind: 'choice', initial: 1, choices: ['1', '2', '4', '8'] },
      { name: 'gain', kind: 'number', initial: 1, bounds: [expect.closeTo(0.1, 5), 2] },
      { name: 'level', kind: 'integer', initial: 0, bounds: [-2, 3] },
      { name: 'blend 1', kind: 'integer', initial: 0, bounds: [0, 1e6] },
      { name: 'blend 2', kind: 'choice', initial: 0, choices: ['saw', 'square'] },
      { name: 'blend 3', kind: 'number', initial: 0.5 },
      { name: 'blend 4', kind: 'switch', initial: 0 },
    ]);
    const gain = entry.manifest.attributes?.find(({ name }) => name === 'gain');
    expect(gain?.bounds?.[0]).toBeGreaterThan(0.1);
    const report = await readReport(entry.dir);
    expect(report?.notes).toContain(
      'Refuses some values, and then plays the one that the file states: blend 0 “saw” 0.5 off.',
    );
    expect(report?.notes).toContain(
      'Can be set in nn~, but the file’s code makes it without effect: label “nothing”.',
    );
  });

  it('act as in torch.jit', () => expectParity(entry, 'choices'));
});
