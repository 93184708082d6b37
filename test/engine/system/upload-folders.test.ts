import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepUploads } from '../../../src/engine/system/upload-folders.js';

describe('sweepUploads', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-uploads-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('removes the uploads of engines that have ended, and nothing else', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const theirs = [
      `tiller-upload-${process.pid}-a1b2C3`,
      `tiller-upload-${process.ppid}-a1b2C3`,
      `tiller-upload-${ended.pid ?? 0}-another`,
      `not-tiller-upload-${ended.pid ?? 0}-a1b2C3`,
      'tiller-session-a1b2C3',
    ];
    for (const name of [...theirs, `tiller-upload-${ended.pid ?? 0}-a1b2C3`]) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'model.ts'), 'weights');
    }
    await sweepUploads(folder);
    expect((await readdir(folder)).sort()).toEqual(theirs.sort());
    await sweepUploads(join(folder, 'nowhere'));
  });
});
