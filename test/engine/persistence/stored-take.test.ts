import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoredFile } from '../../../src/engine/persistence/stored-file.js';
import { fileStamp } from '../../../src/engine/system/file-stamp.js';
import { readTake, writeTake } from '../../../src/engine/persistence/stored-take.js';

describe('the stored take', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-take-'));
    path = join(folder, 'data', 'session.take');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reads back as it was written; null before, and after it was cleared', async () => {
    expect(await readTake(path)).toBeNull();
    const take = {
      lengthSeconds: 1.25,
      moves: [
        { seconds: 0, input: 0, value: 0.5 },
        { seconds: 0.125, input: 15, value: 1 },
      ],
    };
    const file = new StoredFile(path, null);
    expect(await writeTake(file, take)).toBeNull();
    expect(await readTake(path)).toEqual(take);
    expect(await writeTake(file, { lengthSeconds: 0, moves: [] })).toBeNull();
    expect(await readTake(path)).toBeNull();
  });

  // Regression: of two engines, the last to record overwrote the other's take.
  it('is written to a new file where another Tiller writes the same one', async () => {
    const take = (value: number) => ({ lengthSeconds: 1, moves: [{ seconds: 0, input: 0, value }] });
    const first = new StoredFile(path, null);
    await writeTake(first, take(0.1));
    const second = new StoredFile(path, await fileStamp(path));
    await writeTake(second, take(0.25));
    const beside = (await writeTake(first, take(0.5))) ?? '';
    expect(beside).toMatch(/session\.take\.\d+\.kept$/);
    expect(await readTake(path)).toEqual(take(0.25));
    expect(await writeTake(first, take(0.75))).toBeNull();
    expect(await readTake(beside)).toEqual(take(0.75));
  });

  const text = (change: object) =>
    JSON.stringify({ format: 'tiller-take', version: 1, seconds: 1, moves: [[0, 0, 0]], ...change });
  it.each([
    '{',
    text({ version: 2 }),
    text({ seconds: -1 }),
    text({ moves: [[0, 16, 0.5]] }),
    text({ moves: [[0, 0, 1.5]] }),
    text({ moves: [[1e9, 0, 0.5]] }),
  ])('is moved aside where it cannot be read: %s', async (broken) => {
    await writeTake(new StoredFile(path, null), { lengthSeconds: 1, moves: [] });
    await writeFile(path, broken);
    await expect(readTake(path)).rejects.toMatchObject({ code: 'preset-invalid' });
    expect(await readTake(path)).toBeNull();
  });
});
