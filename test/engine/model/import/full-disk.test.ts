import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importModel } from '../../../../src/engine/model/import/import.js';
import { ModelFolder } from '../../../../src/engine/model/library/model-folder.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';
import { StagedFile } from '../../../../src/engine/model/library/staging.js';
import { fixturePath } from '../fixtures.js';

const LEFT_BYTES = 8192;
const single = { variants: [{ frames: 1, batch: 1 }] };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tiller-full-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const succeeds = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Every file of the library with its content. */
async function snapshot(library: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(library, { recursive: true })).sort()) {
    files[name] = await readFile(join(library, name), 'base64').catch(() => 'folder');
  }
  return files;
}

/** Imports one model, makes the disk full, fails to import another, makes room and imports it. */
async function importOnFullDisk(library: string, fill: () => void, clear: () => Promise<void> | void) {
  const first = await importModel(fixturePath('identity'), { libraryDir: library, ...single });
  const before = await snapshot(library);
  const entire = importModel.bind(null, fixturePath('mono'), { libraryDir: library, ...single });
  fill();
  try {
    await expect(entire()).rejects.toMatchObject({ code: 'disk-full', hint: expect.any(String) as string });
    expect(await snapshot(library)).toEqual(before);
    (await openModel(first.dir, first.manifest, { frames: 1, batch: 1 })).close();
  } finally {
    await clear();
  }
  const second = await entire();
  expect((await new ModelFolder(library).list()).map(({ manifest }) => manifest.sha256).sort()).toEqual(
    [first.manifest.sha256, second.manifest.sha256].sort(),
  );
}

const hasFullDevice = existsSync('/dev/full');
(hasFullDevice ? test : test.skip)('a write to a full disk fails with disk-full', async () => {
  const handle = await open('/dev/full', 'r+');
  const file = new StagedFile('/dev/full', handle);
  expect(() => file.write(new Uint8Array(100))).toThrow(
    expect.objectContaining({ code: 'disk-full', hint: expect.any(String) as string }) as Error,
  );
  await handle.close();
});

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
(isRoot ? test : test.skip)('a full disk fails an import, and nothing else', async () => {
  const disk = join(dir, 'disk');
  await mkdir(disk);
  // The root of a container may not be allowed to mount.
  if (!succeeds('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tiller', disk])) return;
  try {
    const filler = join(disk, 'filler');
    await importOnFullDisk(
      join(disk, 'library'),
      () => fillDisk(filler),
      () => rm(filler),
    );
  } finally {
    expect(succeeds('umount', [disk])).toBe(true);
  }
});

/** Writes a file until the disk is full, then gives a little back. */
function fillDisk(path: string): void {
  const file = openSync(path, 'wx');
  let length = 0;
  try {
    for (const block = Buffer.alloc(4096); ;) length += writeSync(file, block);
  } catch {
    ftruncateSync(file, length - LEFT_BYTES);
  } finally {
    closeSync(file);
  }
}
