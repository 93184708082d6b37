import { jest } from '@jest/globals';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { Autosave, readAutosave } from '../../../src/engine/persistence/autosave.js';
import { fileStamp } from '../../../src/engine/system/file-stamp.js';
import { Bench, documentOf } from '../http/rig.js';

describe('Autosave', () => {
  let folder: string;
  let bench: Bench;
  let faults: unknown[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-autosave-'));
    bench = new Bench(new PresetStore(folder, null));
    faults = [];
  });
  afterEach(async () => {
    await bench.instrument.close();
    await rm(folder, { recursive: true });
  });

  const autosave = (path: string) => new Autosave(bench.instrument, path, (error) => faults.push(error));
  const written = (path: string) => readFile(path, 'utf8').catch(() => '');

  it('stores the latest document with its preset and its history', async () => {
    const path = join(folder, 'deep', 'session.json');
    const saving = autosave(path);
    expect(await readAutosave(path)).toBeNull();
    const id = await bench.presets.saveAs(documentOf(2, 3));
    await bench.instrument.files.open(id);
    bench.instrument.edit({ type: 'set-seed', seed: 99 });
    bench.instrument.edit({ type: 'set-seed', seed: 100 });
    bench.instrument.undo();
    await saving.close();
    const kept = await readAutosave(path);
    expect(kept).toMatchObject({ presetId: id, preset: { ...documentOf(2, 3), seed: 99 } });
    expect(kept?.history.done.map(({ label, document }) => [label, document.seed])).toEqual([
      ['change seed', 1],
    ]);
    expect(kept?.history.undone.map(({ document }) => document.seed)).toEqual([100]);
    expect(faults).toEqual([]);
  });

  it('writes an edit without a timer', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    try {
      const path = join(folder, 'session.json');
      const saving = autosave(path);
      bench.instrument.edit({ type: 'set-seed', seed: 41 });
      bench.instrument.edit({ type: 'set-seed', seed: 42 });
      while (!(await written(path)).includes('"seed":42')) await new Promise(setImmediate);
      await saving.close();
    } finally {
      jest.useRealTimers();
    }
  });

  it('writes moving inputs at intervals, and nothing without a change', async () => {
    const path = join(folder, 'session.json');
    await bench.instrument.files.load(documentOf(2, 1), 'engine');
    const saving = autosave(path);
    bench.instrument.learnMidi(0);
    bench.instrument.setParameter(0, 0.25, 'page');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await written(path)).toBe('');
    await saving.close();
    expect((await readAutosave(path))?.preset.inputs[0]?.value).toBe(0.25);
  });

  it('reads a session without a history, from an earlier version', async () => {
    const path = join(folder, 'session.json');
    const session = { format: 'tiller-session', version: 1, presetId: 'user/a', preset: documentOf(2, 1) };
    await writeFile(path, JSON.stringify(session));
    expect(await readAutosave(path)).toEqual({
      preset: documentOf(2, 1),
      presetId: 'user/a',
      history: { done: [], undone: [], comparison: { side: 'A', other: null } },
    });
  });

  it.each([
    '{"format":"tiller-session"',
    '{"format":"tiller-session","version":1,"presetId":null,"preset":{}}',
    JSON.stringify({
      format: 'tiller-session',
      version: 1,
      presetId: null,
      preset: documentOf(1, 0),
      history: '[]',
    }),
  ])('moves a session aside that it cannot read: %s', async (text) => {
    const path = join(folder, 'session.json');
    await writeFile(path, text);
    await expect(readAutosave(path)).rejects.toMatchObject({ code: 'preset-invalid' });
    const [aside = '', ...others] = await readdir(folder);
    expect(others).toEqual([]);
    expect(aside).toMatch(/^session\.json\.\d+\.unreadable$/);
    expect(await readFile(join(folder, aside), 'utf8')).toBe(text);
    expect(await readAutosave(path)).toBeNull();
  });

  it('continues in a new file where another Tiller writes the same one', async () => {
    const path = join(folder, 'session.json');
    const first = autosave(path);
    bench.instrument.edit({ type: 'set-seed', seed: 1 });
    bench.instrument.edit({ type: 'set-seed', seed: 2 });
    while (!(await written(path)).includes('"seed":2')) await new Promise(setImmediate);
    const other = new Bench(bench.presets);
    const second = new Autosave(other.instrument, path, (error) => faults.push(error), await fileStamp(path));
    other.instrument.edit({ type: 'set-seed', seed: 70 });
    await second.close();
    bench.instrument.edit({ type: 'set-seed', seed: 3 });
    bench.instrument.edit({ type: 'set-seed', seed: 4 });
    await first.close();
    await other.instrument.close();
    expect((await readAutosave(path))?.preset.seed).toBe(70);
    const [aside = '', ...more] = (await readdir(folder)).filter((name) => name.endsWith('.kept'));
    expect(more).toEqual([]);
    expect((await readAutosave(join(folder, aside)))?.preset.seed).toBe(4);
    expect(faults).toMatchObject([{ code: 'file-exists' }]);
  });

  it('leaves the file as it was, and says so, where the instrument is larger than what can be read', async () => {
    const path = join(folder, 'session.json');
    const saving = autosave(path);
    const document = documentOf(2, 3);
    bench.instrument.edit({ type: 'set-seed', seed: 7 });
    while (!(await written(path)).includes('"seed":7')) await new Promise(setImmediate);
    const long = {
      name: '',
      frames: 1,
      rows: 1,
      beats: null,
      inputs: null,
      latents: 'A'.repeat(350_000),
    } as const;
    const set = {
      model: { name: 'm', sha256: 'a'.repeat(64) },
      loops: new Array<typeof long>(16).fill(long),
    };
    const { examples, trained, steering, attributes, listenWith } = document;
    const own = {
      examples,
      trained,
      attributes,
      listenWith,
      perDimension: {},
      dimensions: steering.dimensions,
    };
    const otherModels = [1, 2, 3, 4].map(() => ({ ...own, ...set }));
    void bench.instrument.files.load({ ...document, otherModels }, 'page');
    bench.instrument.edit({ type: 'set-seed', seed: 8 });
    await saving.close();
    expect(String(faults[0])).toMatch(/larger than the 16 MB/);
    expect(await readAutosave(path)).toMatchObject({ preset: { seed: 7 } });
  });

  it('reports once that it cannot write', async () => {
    await writeFile(join(folder, 'wall'), '');
    const saving = autosave(join(folder, 'wall', 'session.json'));
    await bench.instrument.files.load(documentOf(2, 1), 'engine');
    bench.instrument.edit({ type: 'set-seed', seed: 1 });
    await saving.close();
    expect(faults).toHaveLength(1);
  });

  // Regression: after a failed write, changes were not written again when the session was closed.
  it('writes when it is closed what it could not write before, or reports it again', async () => {
    const wall = join(folder, 'wall');
    const path = join(wall, 'session.json');
    await writeFile(wall, '');
    const saving = autosave(path);
    const failed = async (times: number) => {
      while (faults.length < times) await new Promise(setImmediate);
    };
    bench.instrument.edit({ type: 'set-seed', seed: 1 });
    bench.instrument.edit({ type: 'set-seed', seed: 2 });
    await failed(1);
    await rm(wall);
    bench.instrument.edit({ type: 'set-seed', seed: 3 });
    while (!(await written(path)).includes('"seed":3')) await new Promise(setImmediate);
    await rm(wall, { recursive: true });
    await writeFile(wall, '');
    bench.instrument.edit({ type: 'set-seed', seed: 4 });
    await failed(2);
    await rm(wall);
    await saving.close();
    expect((await readAutosave(path))?.preset.seed).toBe(4);
    expect(faults).toHaveLength(2);
  });
});
