import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_PRESET_BYTES, formatPreset } from '../../../src/document/parse-preset.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { samplePreset } from '../../document/sample-presets.js';

let folder: string;
let store: PresetStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiller-presets-'));
  await mkdir(join(folder, 'factory'));
  await writeFile(
    join(folder, 'factory', 'first.tiller.json'),
    formatPreset({ ...samplePreset(), name: 'First' }),
  );
  store = new PresetStore(join(folder, 'user'), join(folder, 'factory'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('PresetStore', () => {
  it('lists factory presets before the player’s', async () => {
    await store.saveAs({ ...samplePreset(), name: 'A of mine' });
    expect((await store.list()).map(({ id, name }) => [id, name])).toEqual([
      ['factory/first', 'First'],
      ['user/a-of-mine', 'A of mine'],
    ]);
  });

  it('lists presets with 2 before 10', async () => {
    for (const name of ['Set 10', 'set 2', 'Set 1']) await store.saveAs({ ...samplePreset(), name });
    expect((await store.list()).map(({ name }) => name)).toEqual(['First', 'Set 1', 'set 2', 'Set 10']);
  });

  it('reads back what it saved', async () => {
    const id = await store.saveAs(samplePreset());
    expect(await store.read(id)).toEqual(samplePreset());
    const changed = { ...samplePreset(), description: 'changed' };
    await store.save(id, changed);
    expect(await store.read(id)).toEqual(changed);
  });

  // It was written, and could not be read any more.
  it('refuses to save more than it reads, and keeps what was saved before', async () => {
    const tooLarge = { ...samplePreset(), description: 'x'.repeat(MAX_PRESET_BYTES) };
    await expect(store.saveAs(tooLarge)).rejects.toMatchObject({ code: 'preset-invalid' });
    expect(await readdir(join(folder, 'user'))).toEqual([]);
    const id = await store.saveAs(samplePreset());
    await expect(store.save(id, tooLarge)).rejects.toMatchObject({ code: 'preset-invalid' });
    expect(await store.read(id)).toEqual(samplePreset());
  });

  it('reads what was given to it last, written or not', async () => {
    const id = await store.saveAs(samplePreset());
    const saved = store.save(id, { ...samplePreset(), seed: 77 });
    expect((await store.read(id)).seed).toBe(77);
    await saved;
  });

  // The rename wrote what it had read over what was saved meanwhile.
  it('gives a preset another name and loses nothing that is saved meanwhile', async () => {
    const id = await store.saveAs(samplePreset());
    await Promise.all([store.save(id, { ...samplePreset(), seed: 77 }), store.rename(id, 'Song')]);
    expect(await store.read(id)).toEqual({ ...samplePreset(), name: 'Song', seed: 77 });
    await Promise.all([store.rename(id, 'Tune'), store.save(id, { ...samplePreset(), seed: 78 })]);
    expect(await store.read(id)).toEqual({ ...samplePreset(), seed: 78 });
    await rm(join(folder, 'user'), { recursive: true });
    await expect(store.rename(id, 'Gone')).rejects.toMatchObject({ code: 'preset-missing' });
    await store.save(id, samplePreset());
    expect(await store.read(id)).toEqual(samplePreset());
  });

  it('never writes over another preset of the same name', async () => {
    const ids = await Promise.all([
      store.saveAs(samplePreset()),
      store.saveAs(samplePreset()),
      store.saveAs(samplePreset()),
    ]);
    expect(new Set(ids).size).toBe(3);
    expect(await store.list()).toHaveLength(4);
  });

  it('says what has changed on the disk, once it has, and nothing that has failed', async () => {
    const lists: Promise<string[]>[] = [];
    store.subscribe(() => lists.push(store.list().then((entries) => entries.map(({ name }) => name))));
    const id = await store.saveAs({ ...samplePreset(), name: 'A' });
    expect(await lists[0]).toEqual(['First', 'A']);
    await store.save(id, { ...samplePreset(), name: 'B' });
    expect(await lists[1]).toEqual(['First', 'B']);
    const token = await store.remove(id);
    expect(await lists[2]).toEqual(['First']);
    await store.restore(token);
    expect(await lists[3]).toEqual(['First', 'B']);
    await expect(store.save('factory/first', samplePreset())).rejects.toThrow();
    await expect(store.restore(token)).rejects.toThrow();
    expect(lists).toHaveLength(4);
  });

  it('leaves factory presets alone', async () => {
    await expect(store.save('factory/first', samplePreset())).rejects.toMatchObject({ code: 'disk-denied' });
    await expect(store.rename('factory/first', 'Mine')).rejects.toMatchObject({ code: 'disk-denied' });
    await expect(store.remove('factory/first')).rejects.toMatchObject({ code: 'disk-denied' });
    expect((await store.read('factory/first')).name).toBe('First');
  });

  it('restores what was removed, beside a new one of the same name', async () => {
    const id = await store.saveAs({ ...samplePreset(), description: 'old' });
    const token = await store.remove(id);
    await expect(store.read(id)).rejects.toMatchObject({ code: 'preset-missing' });
    await store.saveAs({ ...samplePreset(), description: 'new' });
    const back = await store.restore(token);
    expect((await store.read(back)).description).toBe('old');
    expect((await store.read(id)).description).toBe('new');
  });

  it('lists a preset that it cannot read with the reason, and leaves the file as it is', async () => {
    await mkdir(join(folder, 'user'));
    const path = join(folder, 'user', 'broken.tiller.json');
    await writeFile(path, '{"format": "tiller-preset"');
    const entry = (await store.list()).find(({ id }) => id === 'user/broken');
    expect(entry?.problem).toMatch(/JSON/);
    expect(await readFile(path, 'utf8')).toBe('{"format": "tiller-preset"');
  });

  it.each(['user/../factory/first', 'user/..', 'other/first', 'user/', 'user/a/b', 'user/.trash', ''])(
    'refuses the identifier “%s”',
    async (id) => {
      await expect(store.read(id)).rejects.toMatchObject({ code: 'preset-missing' });
    },
  );

  // A program change read and validated every preset, all of them at once.
  it('reads only what has changed since it was listed last', async () => {
    const id = await store.saveAs({ ...samplePreset(), name: 'A' });
    await store.saveAs({ ...samplePreset(), name: 'B' });
    const before = await store.list();
    await store.save(id, { ...samplePreset(), name: 'A', author: 'me' });
    const after = await store.list();
    expect(after.map((entry, i) => entry === before[i])).toEqual([true, false, true]);
    expect(after[1]?.author).toBe('me');
  });

  // It was listed as if there were no presets.
  it('lists a folder that it cannot read with the reason, beside the presets of the other', async () => {
    await writeFile(join(folder, 'user'), 'a file where the folder should be');
    const [first, unreadable, ...more] = await store.list();
    expect([first?.name, more]).toEqual(['First', []]);
    expect(unreadable).toMatchObject({ model: null, problem: expect.stringContaining('user') as string });
    await expect(store.read(unreadable?.id ?? '')).rejects.toMatchObject({ code: 'preset-missing' });
    await expect(store.remove(unreadable?.id ?? '')).rejects.toMatchObject({ code: 'preset-missing' });
  });

  it('keeps any name readable as a file', async () => {
    const id = await store.saveAs({ ...samplePreset(), name: '../../Évil: ☠ name?.json' });
    expect(id).toMatch(/^user\/[\p{L}\p{N}-]+$/u);
    expect((await store.read(id)).name).toBe('../../Évil: ☠ name?.json');
    expect(await readdir(join(folder, 'user'))).toHaveLength(1);
  });

  it.each([
    ['CON', 'user/preset-con'],
    ['nul', 'user/preset-nul'],
    ['☠', 'user/preset'],
    ['Con moto', 'user/con-moto'],
  ])('puts %s where every system takes it', async (name, id) => {
    expect(await store.saveAs({ ...samplePreset(), name })).toBe(id);
  });

  it.each(['音'.repeat(120), '𠮷'.repeat(60)])('keeps a long name of many bytes: %s', async (name) => {
    const id = await store.saveAs({ ...samplePreset(), name });
    expect((await store.read(id)).name).toBe(name);
    expect((await store.list()).map((entry) => entry.id)).toContain(id);
  });

  it('lists the trash for another engine, restores from it, and empties it', async () => {
    expect(await store.trashed()).toEqual([]);
    for (const name of ['One', 'Two']) await store.remove(await store.saveAs({ ...samplePreset(), name }));
    await store.remove(await store.saveAs({ ...samplePreset(), name: 'Two', seed: 22 }));
    const next = new PresetStore(join(folder, 'user'), null);
    const trashed = await next.trashed();
    expect(trashed.map(({ name }) => name)).toEqual(['Two', 'Two', 'One']);
    for (const { deletedMs } of trashed) expect(deletedMs).toBeGreaterThan(1e12);
    expect(await next.restore(trashed[2]?.token ?? '')).toBe('user/one');
    expect((await next.read(await next.restoreLatest('user/two'))).seed).toBe(22);
    expect(await next.trashed()).toHaveLength(1);
    await next.emptyTrash();
    expect(await next.trashed()).toEqual([]);
    await expect(next.restoreLatest('user/two')).rejects.toMatchObject({ code: 'preset-missing' });
    expect((await next.list()).map(({ name }) => name)).toEqual(['One', 'Two']);
  });

  it('keeps the last 200 deleted presets, for 30 days', async () => {
    const trash = join(folder, 'user', '.trash');
    await mkdir(trash, { recursive: true });
    const ago = (days: number) => Date.now() - days * 24 * 3600 * 1000;
    const put = (name: string) => writeFile(join(trash, `${name}.tiller.json`), formatPreset(samplePreset()));
    await put(`ancient.${ago(31)}`);
    for (let i = 0; i < 200; i++) await put(`p${i}.${ago(29) + i}`);
    // Not the trash's own: it stays.
    await put('notes');
    const token = await store.remove(await store.saveAs({ ...samplePreset(), name: 'Last' }));
    const left = (await store.trashed()).map((item) => item.token);
    expect(left).toHaveLength(200);
    expect(left[0]).toBe(token);
    expect(left.some((one) => /^(ancient|p0)\./.test(one))).toBe(false);
    expect(await readdir(trash)).toContain('notes.tiller.json');
  });

  it('leaves no empty file behind where the preset is not in the trash', async () => {
    const id = await store.saveAs(samplePreset());
    const token = await store.remove(id);
    const [one, two] = await Promise.allSettled([store.restore(token), store.restore(token)]);
    expect([one?.status, two?.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect((await store.list()).filter(({ factory }) => !factory)).toMatchObject([{ problem: null }]);
  });
});
