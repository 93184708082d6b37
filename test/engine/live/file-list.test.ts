import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileList } from '../../../src/engine/live/file-list.js';

describe('the list of files', () => {
  let folder: string;
  let list: FileList;
  let paths: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-list-'));
    list = new FileList();
    paths = [];
    for (const name of ['a', 'b', 'c']) {
      const path = join(folder, name);
      await writeFile(path, `sound ${name}`);
      const { id } = await list.add(path, `${name}.wav`);
      paths.push(await list.pathOf(id));
    }
  });
  afterEach(async () => {
    await list.close();
    await rm(folder, { recursive: true, force: true });
  });

  const names = () => list.files.map(({ name }) => name).join(' ');
  const idOf = (name: string) => list.files.find((file) => file.name === `${name}.wav`)?.id ?? NaN;

  it('keeps files in the order in which they came, until they are moved', () => {
    expect(names()).toBe('a.wav b.wav c.wav');
    list.move(idOf('c'), 0);
    expect(names()).toBe('c.wav a.wav b.wav');
    list.move(idOf('c'), 1);
    expect(names()).toBe('a.wav c.wav b.wav');
    list.move(idOf('a'), 1000);
    expect(names()).toBe('c.wav b.wav a.wav');
    list.move(99, 0);
    expect(names()).toBe('c.wav b.wav a.wav');
  });

  it('steps through the list and begins again after its end', () => {
    expect(list.neighbour(idOf('a'), 1)).toBe(idOf('b'));
    expect(list.neighbour(idOf('c'), 1)).toBe(idOf('a'));
    expect(list.neighbour(idOf('a'), -1)).toBe(idOf('c'));
    expect(list.neighbour(null, 1)).toBe(idOf('a'));
    expect(list.neighbour(null, -1)).toBe(idOf('c'));
  });

  it('names what follows by the order', async () => {
    expect(list.after(idOf('c'), 'list')).toBe(idOf('a'));
    expect(list.after(idOf('b'), 'repeat')).toBeNull();
    expect([0, 0.6].map((draw) => list.after(idOf('b'), 'random', () => draw))).toEqual([
      idOf('a'),
      idOf('c'),
    ]);
    await list.remove(idOf('a'));
    await list.remove(idOf('c'));
    expect(list.after(idOf('b'), 'list')).toBeNull();
    expect(list.after(idOf('b'), 'random')).toBeNull();
  });

  it('keeps the files itself, and leaves nothing behind', async () => {
    expect(await readFile(paths[1] ?? '', 'utf8')).toBe('sound b');
    await expect(readFile(join(folder, 'b'))).rejects.toThrow('ENOENT');
    await list.remove(idOf('b'));
    await expect(readFile(paths[1] ?? '')).rejects.toThrow('ENOENT');
    await list.close();
    await expect(readFile(paths[0] ?? '')).rejects.toThrow('ENOENT');
  });
});
