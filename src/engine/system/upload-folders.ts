import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from './file-error.js';

/** Folders of uploaded files are named with this prefix and the engine's process id. */
const PREFIX = 'tiller-upload-';

/** Makes a folder for uploaded files. Who makes it removes it; `sweepUploads` does so after a process that was killed. */
export const makeUploadFolder = (temporaryFolder: string): Promise<string> =>
  mkdtemp(join(temporaryFolder, `${PREFIX}${process.pid}-`));

/**
 * Removes the uploads of engines that were killed: those whose name has the id of a process that does not exist any more.
 * Folders that cannot be removed belong to another user and are ignored.
 */
export async function sweepUploads(temporaryFolder: string): Promise<void> {
  const names = await readdir(temporaryFolder).catch(() => []);
  for (const name of names) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-\\w{6}$`).exec(name) ?? [];
    if (pid === undefined || exists(Number(pid))) continue;
    await rm(join(temporaryFolder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}
