import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPreset } from '../../../src/document/parse-preset.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { PresetBrowser } from '../../../src/engine/instrument/preset-browser.js';
import { Bench, documentOf } from '../http/rig.js';

describe('the preset browser', () => {
  let folder: string;
  let bench: Bench;
  let browser: PresetBrowser;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-browser-'));
    bench = new Bench(new PresetStore(join(folder, 'presets'), null));
    await bench.instrument.files.load(documentOf(2, 3), 'engine');
    browser = await PresetBrowser.open(bench.presets, bench.instrument, {
      cards: [],
      subscribe: () => () => undefined,
    });
  });
  afterEach(async () => {
    await bench.instrument.close();
    await rm(folder, { recursive: true });
  });

  const names = () => browser.entries.map(({ name }) => name);

  it('saves, duplicates, deletes and restores, and emits a change each time', async () => {
    let changes = 0;
    browser.subscribe(() => (changes += 1));
    await browser.saveAs('First');
    const [first] = browser.entries;
    await browser.duplicate(first?.id ?? '');
    await browser.duplicate(first?.id ?? '');
    expect(names()).toEqual(['First', 'First 2', 'First 3']);
    await browser.remove(first?.id ?? '');
    expect(names()).toEqual(['First 2', 'First 3']);
    await browser.restore(first?.id ?? '');
    expect(names()).toEqual(['First', 'First 2', 'First 3']);
    expect(changes).toBe(5);
    await expect(browser.restore(first?.id ?? '')).rejects.toThrow('not in the trash');
  });

  it('lists what was deleted, also in an engine that is started later', async () => {
    await browser.saveAs('First');
    await browser.remove(browser.entries[0]?.id ?? '');
    expect(browser.trashed.map(({ name }) => name)).toEqual(['First']);
    const later = await PresetBrowser.open(bench.presets, bench.instrument, {
      cards: [],
      subscribe: () => () => undefined,
    });
    await later.restoreTrashed(later.trashed[0]?.token ?? '');
    expect(later.entries.map(({ name }) => name)).toEqual(['First']);
    expect(later.trashed).toEqual([]);
    await later.remove(later.entries[0]?.id ?? '');
    await later.emptyTrash();
    expect(later.trashed).toEqual([]);
  });

  // Save stayed disabled, although the document was in no file any more.
  it('leaves the open document unsaved where its preset is deleted', async () => {
    await browser.saveAs('Song');
    const id = bench.instrument.state.presetId ?? '';
    expect(bench.instrument.state.dirty).toBe(false);
    await browser.remove(id);
    expect(bench.instrument.state).toMatchObject({ presetId: null, dirty: true });
    await browser.save();
    expect(bench.instrument.state).toMatchObject({ presetId: id, dirty: false });
    expect(names()).toEqual(['Song']);
  });

  it('renames a preset without saving other work', async () => {
    await browser.saveAs('Draft');
    const id = bench.instrument.state.presetId ?? '';
    bench.instrument.edit({ type: 'set-output', change: { ceilingDb: -9 } });
    await browser.rename(id, 'Song');
    expect(names()).toEqual(['Song']);
    expect(bench.instrument.state.preset.name).toBe('Song');
    expect((await bench.presets.read(id)).output.ceilingDb).toBe(-1);
    expect(bench.instrument.state.preset.output.ceilingDb).toBe(-9);
  });

  // The preset that was opened meanwhile got the name, and was written over the one that was to have it.
  it('renames the preset that was meant, whatever is opened meanwhile', async () => {
    await browser.saveAs('Draft');
    const id = bench.instrument.state.presetId ?? '';
    const other = await bench.presets.saveAs({ ...documentOf(2, 1), name: 'Other' });
    await Promise.all([browser.rename(id, 'Song'), bench.instrument.files.open(other)]);
    expect(bench.instrument.state).toMatchObject({
      presetId: other,
      dirty: false,
      preset: { name: 'Other' },
    });
    expect(await bench.presets.read(id)).toMatchObject({ name: 'Song', examples: { length: 3 } });
    expect((await bench.presets.read(other)).name).toBe('Other');
  });

  it('takes a preset file in beside one of the same name, to be opened', async () => {
    await browser.saveAs('Song');
    const path = join(folder, 'other.tiller');
    await writeFile(path, formatPreset({ ...documentOf(2, 1), name: 'Song' }));
    const id = await browser.import(path);
    expect(names()).toEqual(['Song', 'Song']);
    expect(bench.instrument.state.preset.examples).toHaveLength(3);
    await browser.open(id);
    expect(bench.instrument.state.preset.examples).toHaveLength(1);
    expect(await readdir(join(folder, 'presets'))).toHaveLength(2);
    await writeFile(path, '{}');
    await expect(browser.import(path)).rejects.toThrow();
    expect(names()).toHaveLength(2);
  });

  it('says which preset’s model is not there', async () => {
    const model = { name: 'choir', sha256: 'c'.repeat(64) };
    await bench.presets.saveAs({ ...documentOf(2, 0), name: 'Choir', model });
    await browser.saveAs('Plain');
    expect(browser.entries.map(({ name, modelPresent }) => [name, modelPresent])).toEqual([
      ['Choir', false],
      ['Plain', true],
    ]);
  });

  // The first one could not be brought back any more.
  it('restores both of two that were deleted at one place', async () => {
    await browser.saveAs('Song');
    const id = bench.instrument.state.presetId ?? '';
    await browser.remove(id);
    expect(await bench.presets.saveAs({ ...documentOf(2, 1), name: 'Song' })).toBe(id);
    await browser.remove(id);
    await browser.restore(id);
    await browser.restore(id);
    expect(names()).toEqual(['Song', 'Song']);
    await expect(browser.restore(id)).rejects.toThrow('not in the trash');
  });

  // Each step of an import had every preset read again.
  it('looks at the presets again where the models have changed, not while one is imported', async () => {
    let changes: () => void = () => undefined;
    const models = {
      cards: [] as never[],
      subscribe: (listener: () => void) => {
        changes = listener;
        return () => undefined;
      },
    };
    const other = await PresetBrowser.open(bench.presets, bench.instrument, models);
    const heard = new Promise<void>((resolve) => other.subscribe(resolve));
    await bench.presets.saveAs({ ...documentOf(2, 0), name: 'Unseen' });
    let lists = 0;
    const list = bench.presets.list.bind(bench.presets);
    bench.presets.list = () => {
      lists += 1;
      return list();
    };
    changes();
    expect(lists).toBe(0);
    models.cards = [];
    changes();
    await heard;
    expect(lists).toBe(1);
    expect(other.entries.map(({ name }) => name)).toEqual(['Unseen']);
  });
});
