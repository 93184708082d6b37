import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoredFile } from '../../../src/engine/persistence/stored-file.js';
import { fileStamp } from '../../../src/engine/system/file-stamp.js';

describe('StoredFile', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-stored-'));
    path = join(folder, 'deep', 'file.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is replaced by each write of the engine that has read it', async () => {
    const first = new StoredFile(path, null);
    expect(await first.write('a')).toBeNull();
    const second = new StoredFile(path, await fileStamp(path));
    expect(await second.write('b')).toBeNull();
    expect(await readFile(path, 'utf8')).toBe('b');
  });

  // Regression: the path was changed before the write, which failed, and the new file was never reported.
  it('returns the new path with the first successful write', async () => {
    const file = new StoredFile(path, null);
    await file.write('mine');
    await writeFile(path, 'of another process');
    const now = Date.now;
    Date.now = () => NaN;
    try {
      // A folder has the name of the new file.
      await mkdir(`${path}.NaN.kept`);
      await expect(file.write('mine, changed')).rejects.toMatchObject({ code: expect.any(String) as string });
    } finally {
      Date.now = now;
    }
    const beside = (await file.write('mine, changed')) ?? '';
    expect(beside).toMatch(/file\.json\.\d+\.kept$/);
    expect(await readFile(beside, 'utf8')).toBe('mine, changed');
    expect(await readFile(path, 'utf8')).toBe('of another process');
    expect((await readdir(join(folder, 'deep'))).filter((name) => /\.\d+\.kept$/.test(name))).toHaveLength(1);
  });
});
