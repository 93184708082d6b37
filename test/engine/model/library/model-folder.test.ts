import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TillerError } from '../../../../src/document/tiller-error.js';
import { type ImportedModel, importModel } from '../../../../src/engine/model/import/import.js';
import { ModelFolder } from '../../../../src/engine/model/library/model-folder.js';
import { REPORT_FILE } from '../../../../src/engine/model/report/report-file.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';
import { buildZip } from '../../torchscript/archive-builder.js';
import { FIXTURES, fixturePath } from '../fixtures.js';
import { importFixture } from '../import-fixture.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tiller-library-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Every file under a folder with its content; the report, which holds times, without it. */
async function snapshot(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const isReport = name.endsWith(REPORT_FILE);
    files[name] = isReport ? '' : await readFile(join(folder, name), 'base64').catch(() => 'folder');
  }
  return files;
}

const single = { variants: [{ frames: 1, batch: 1 }] };
const imported = (name: 'delay' | 'identity', more = {}): Promise<ImportedModel> =>
  importFixture(name, { libraryDir: dir, ...single, ...more });

describe('importing', () => {
  test('stores a model under its SHA-256, with progress from 0 to 1', async () => {
    const shares: number[] = [];
    const { dir: place, manifest } = await importModel(fixturePath('delay'), {
      libraryDir: dir,
      ...single,
      onProgress: (share: number) => shares.push(share),
    });
    expect(place).toBe(join(dir, manifest.sha256));
    expect((await readdir(place)).sort()).toEqual([
      'decoder.onnx',
      'encoder.onnx',
      'model.json',
      'report.json',
      'weights.bin',
    ]);
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBe(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(manifest.name).toBe('delay.torchscript');
  });

  test('builds the requested variants, and always one frame for one side', async () => {
    const { manifest } = await imported('delay', { variants: [{ frames: 3, batch: 2 }] });
    expect(manifest.variants.map(({ frames, batch }) => [frames, batch])).toEqual([
      [1, 1],
      [3, 2],
    ]);
    expect(manifest.variants[1]?.encoder?.input.shape).toEqual([2, 1, 48]);
    await expect(openModel(dir, manifest, { frames: 2, batch: 1 })).rejects.toMatchObject({
      code: 'model-missing',
    });
  });

  test('does not import the same file twice', async () => {
    const first = await imported('identity');
    const steps: string[] = [];
    const again = await imported('identity', { onProgress: (_: number, step: string) => steps.push(step) });
    expect(again).toEqual(first);
    expect(steps).not.toContain('Translating');
  });

  test('translates a file again that an older importer version translated', async () => {
    const first = await imported('identity');
    const { importer, ...older } = first.manifest;
    expect(importer).toBeGreaterThan(1);
    await writeFile(join(first.dir, 'model.json'), JSON.stringify(older));
    expect((await new ModelFolder(dir).list()).map(({ manifest }) => manifest)).toEqual([older]);
    const again = await imported('identity');
    expect(again).toEqual(first);
    expect(await new ModelFolder(dir).list()).toEqual([first]);
  });

  test.each(['encoder.onnx', 'decoder.f2b1.onnx'])(
    'mends a model whose %s is damaged by importing it again',
    async (file) => {
      const variants = [{ frames: 2, batch: 1 }];
      const { dir: place, manifest } = await imported('delay', { variants });
      const whole = await snapshot(place);
      for (const damage of [() => rm(join(place, file)), () => truncate(join(place, file), 7)]) {
        await damage();
        expect(await imported('delay', { variants })).toEqual({ dir: place, manifest });
        expect(await snapshot(place)).toEqual(whole);
      }
    },
  );

  test('adds variants by importing again', async () => {
    await imported('identity');
    const { manifest } = await imported('identity', { variants: [{ frames: 2, batch: 1 }] });
    expect(manifest.variants).toHaveLength(2);
    expect(await new ModelFolder(dir).list()).toHaveLength(1);
    expect(await readdir(dir)).toHaveLength(1);
  });

  test('is cancelled by its signal and leaves no files', async () => {
    const stop = new AbortController();
    const run = imported('delay', {
      signal: stop.signal,
      onProgress: (share: number) => {
        if (share > 0.5) stop.abort(new Error('enough'));
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(await snapshot(dir)).toEqual({});
  });
});

describe('a failed import does not change the library', () => {
  const model = (): Promise<Buffer> => readFile(fixturePath('blockwise'));
  const cases: [string, string, () => Promise<Buffer> | Buffer][] = [
    ['an empty file', 'not-a-model', () => Buffer.alloc(0)],
    ['a sound file', 'not-a-model', () => Buffer.from('RIFF____WAVEfmt and so on and on')],
    ['a truncated file', 'archive-corrupt', async () => (await model()).subarray(0, -200)],
    ['some other zip', 'not-a-model', () => buildZip([{ name: 'a/b.txt', data: 'hello' }])],
    [
      'a pickle that wants more',
      'pickle-forbidden',
      () =>
        buildZip([
          { name: 'm/data.pkl', data: 'cos\nsystem\n.' },
          { name: 'm/code/m.py', data: '' },
          { name: 'm/version', data: '3' },
        ]),
    ],
    [
      'a checkpoint',
      'not-a-model',
      () =>
        buildZip([
          { name: 'm/data.pkl', data: Buffer.from('\x80\x02}.', 'latin1') },
          { name: 'm/version', data: '3' },
        ]),
    ],
    [
      'a checkpoint with what only its trainer knows',
      'not-a-model',
      () =>
        buildZip([
          { name: 'm/data.pkl', data: 'cpytorch_lightning.utilities\nAttributeDict\n.' },
          { name: 'm/version', data: '3' },
        ]),
    ],
    [
      'a model without methods',
      'model-interface',
      () =>
        buildZip([
          { name: 'm/data.pkl', data: Buffer.from('\x80\x02c__torch__\nM\n)\x81}b.', 'latin1') },
          { name: 'm/version', data: '3' },
          { name: 'm/code/__torch__.py', data: 'class M(Module):\n  training : bool\n' },
        ]),
    ],
  ];

  test.each(cases)('%s', async (_, code, make) => {
    await imported('identity');
    const before = await snapshot(dir);
    const path = join(tmpdir(), `tiller-bad-${process.pid}.ts`);
    await writeFile(path, await make());
    await expect(importModel(path, { libraryDir: dir })).rejects.toMatchObject({ code });
    expect(await snapshot(dir)).toEqual(before);
    await rm(path);
  });

  test('weights that are not finite', async () => {
    const bytes = await model();
    const path = join(dir, 'nan.ts');
    const weights = await brokenWeights(bytes);
    await writeFile(path, weights);
    const library = join(dir, 'library');
    await mkdir(library);
    await expect(importModel(path, { libraryDir: library })).rejects.toMatchObject({ code: 'model-weights' });
    expect(await readdir(library)).toEqual([]);
  });

  test('a library that cannot be written', async () => {
    const blocked = join(dir, 'file');
    await writeFile(blocked, 'not a folder');
    await expect(
      importModel(fixturePath('identity'), { libraryDir: join(blocked, 'models') }),
    ).rejects.toBeInstanceOf(TillerError);
    expect(await readFile(blocked, 'utf8')).toBe('not a folder');
  });

  test('a missing file', async () => {
    await expect(importModel(join(FIXTURES, 'none.ts'), { libraryDir: dir })).rejects.toMatchObject({
      code: 'file-missing',
    });
  });
});

/** The archive with the first float of its first large storage made NaN. */
async function brokenWeights(bytes: Buffer): Promise<Buffer> {
  const { Archive } = await import('../../../../src/engine/torchscript/archive.js');
  const archive = await Archive.fromBytes(bytes);
  return buildZip(
    archive.names().map((name) => {
      const data = Buffer.from(archive.read(name));
      if (/^data\/\d+$/.test(name) && data.length >= 256) data.writeFloatLE(NaN, 0);
      return { name: `m/${name}`, data };
    }),
  );
}

describe('the library', () => {
  test('finds by name, by hash and by the start of it', async () => {
    const { manifest } = await imported('identity');
    const library = new ModelFolder(dir);
    for (const what of [manifest.name, manifest.sha256, manifest.sha256.slice(0, 8)]) {
      expect((await library.find(what)).manifest.sha256).toBe(manifest.sha256);
    }
    await expect(library.find('nothing')).rejects.toMatchObject({ code: 'model-missing' });
    await expect(library.find(manifest.sha256.slice(0, 3))).rejects.toMatchObject({ code: 'model-missing' });
    expect(await library.get('../../etc')).toBeNull();
  });

  test('is empty before the first import', async () => {
    expect(await new ModelFolder(join(dir, 'none')).list()).toEqual([]);
  });

  test('skips damaged and foreign folders', async () => {
    const { dir: place, manifest } = await imported('identity');
    await cp(place, join(dir, 'a'.repeat(64)), { recursive: true });
    await mkdir(join(dir, 'b'.repeat(64)));
    await writeFile(join(dir, 'b'.repeat(64), 'model.json'), '{"format":');
    const found = await new ModelFolder(dir).list();
    expect(found.map((entry) => entry.manifest.sha256)).toEqual([manifest.sha256]);
  });

  test('moves models to the trash and restores them', async () => {
    const { manifest } = await imported('identity');
    const library = new ModelFolder(dir);
    const before = await snapshot(join(dir, manifest.sha256));
    await library.remove(manifest.sha256);
    expect(await library.list()).toEqual([]);
    await expect(library.remove(manifest.sha256)).rejects.toMatchObject({ code: 'model-missing' });
    await library.restore(manifest.sha256);
    expect(await snapshot(join(dir, manifest.sha256))).toEqual(before);
    // What is there stays as it is.
    await library.restore(manifest.sha256);
    await expect(library.restore('c'.repeat(64))).rejects.toMatchObject({ code: 'model-missing' });
  });

  test('lists each model in the trash once, and empties it', async () => {
    const { manifest } = await imported('identity');
    const library = new ModelFolder(dir);
    expect(await library.trashed()).toEqual([]);
    await library.remove(manifest.sha256);
    await mkdir(join(dir, '.trash', `${manifest.sha256}.1000`));
    await mkdir(join(dir, '.trash', `${'d'.repeat(64)}.2000`));
    const [trashed, ...others] = await library.trashed();
    expect(others).toEqual([]);
    expect(trashed?.manifest).toEqual(manifest);
    expect(trashed?.removedMs).toBeGreaterThan(1000);
    await library.emptyTrash();
    expect(await readdir(join(dir, '.trash'))).toEqual([]);
    await expect(library.restore(manifest.sha256)).rejects.toMatchObject({ code: 'model-missing' });
  });

  test('deletes what was removed more than thirty days ago', async () => {
    const { manifest } = await imported('identity');
    const ancient = join(dir, '.trash', `${'d'.repeat(64)}.${Date.now() - 31 * 24 * 3600 * 1000}`);
    const recent = join(dir, '.trash', `${'e'.repeat(64)}.${Date.now() - 1000}`);
    await mkdir(ancient, { recursive: true });
    await mkdir(recent, { recursive: true });
    await new ModelFolder(dir).remove(manifest.sha256);
    const left = await readdir(join(dir, '.trash'));
    expect(left.map((name) => name.slice(0, 1)).sort()).toEqual([manifest.sha256.slice(0, 1), 'e'].sort());
  });

  test('reports a damaged graph as model-corrupt', async () => {
    const { dir: place, manifest } = await imported('identity');
    await writeFile(join(place, 'decoder.onnx'), 'garbage');
    await expect(openModel(place, manifest, { frames: 1, batch: 1 })).rejects.toMatchObject({
      code: 'model-corrupt',
    });
  });
});
