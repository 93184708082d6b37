import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromFileError } from '../../../src/engine/system/file-error.js';
import { renamePatiently } from '../../../src/engine/system/rename.js';

/** A file system that refuses with `code` a number of times. */
function refusing(times: number, code: string, platform = 'win32') {
  const system = {
    platform,
    attempts: 0,
    pauses: [] as number[],
    rename: () =>
      ++system.attempts > times
        ? Promise.resolve()
        : Promise.reject(Object.assign(new Error(code), { code })),
    pause: (milliseconds: number) => {
      system.pauses.push(milliseconds);
      return Promise.resolve();
    },
  };
  return system;
}

describe('renamePatiently', () => {
  // Regression: a model was not imported where an antivirus was still reading the files that had just been written.
  it.each(['EPERM', 'EACCES', 'EBUSY'])('tries again on Windows while a file is held (%s)', async (code) => {
    const system = refusing(3, code);
    await renamePatiently('a', 'b', system);
    expect(system.attempts).toBe(4);
    expect(system.pauses).toEqual([20, 40, 80]);
  });

  it('gives up after five seconds, with the error of the system', async () => {
    const system = refusing(Infinity, 'EBUSY');
    await expect(renamePatiently('a', 'b', system)).rejects.toMatchObject({ code: 'EBUSY' });
    expect(system.pauses.reduce((sum, pause) => sum + pause, 0)).toBe(5100);
  });

  it('does not wait for what stays as it is', async () => {
    const missing = refusing(1, 'ENOENT');
    await expect(renamePatiently('a', 'b', missing)).rejects.toMatchObject({ code: 'ENOENT' });
    const linux = refusing(1, 'EACCES', 'linux');
    await expect(renamePatiently('a', 'b', linux)).rejects.toMatchObject({ code: 'EACCES' });
    expect([missing.attempts, linux.attempts]).toEqual([1, 1]);
  });

  it('renames', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tiller-rename-'));
    try {
      await writeFile(join(folder, 'a'), 'text');
      await renamePatiently(join(folder, 'a'), join(folder, 'b'));
      expect(await readFile(join(folder, 'b'), 'utf8')).toBe('text');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test('an error of a file that another program has open says what to do', () => {
  const busy = fromFileError(Object.assign(new Error('busy'), { code: 'EBUSY' }), 'C:\\models\\a');
  expect(busy).toMatchObject({ code: 'disk-denied' });
  expect(`${busy.message} ${busy.hint}`).toMatch(/another program is using C:\\models\\a.*close/is);
});
