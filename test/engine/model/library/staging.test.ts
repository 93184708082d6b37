import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Staging } from '../../../../src/engine/model/library/staging.js';

let library: string;
beforeEach(async () => {
  library = await mkdtemp(join(tmpdir(), 'tiller-staging-'));
});
afterEach(() => rm(library, { recursive: true, force: true }));

const HOUR_MS = 3600 * 1000;

test('commit replaces an existing folder atomically', async () => {
  for (const content of ['old', 'new']) {
    const staging = Staging.plan(library);
    await staging.create();
    await staging.write('file', Buffer.from(content));
    expect(await staging.commit('model')).toBe(join(library, 'model'));
  }
  expect(await readdir(library)).toEqual(['model']);
  expect(await readFile(join(library, 'model', 'file'), 'utf8')).toBe('new');
});

test('staging folders of killed imports are removed, those of running ones are kept', async () => {
  const left = basename(Staging.plan(library).dir).replace(/\d+/, `${Date.now() - 2 * HOUR_MS}`);
  const begun = basename(Staging.plan(library).dir);
  for (const name of [left, begun]) await mkdir(join(library, name));
  await Staging.plan(library).create();
  const names = await readdir(library);
  expect(names).not.toContain(left);
  expect(names).toContain(begun);
});

// The folder kept the time at which it was made, and the model was gone when the last step failed.
test('a model that another import is replacing is kept', async () => {
  const model = join(library, 'model');
  await mkdir(model);
  await writeFile(join(model, 'file'), 'old');
  const longAgo = new Date(Date.now() - 48 * HOUR_MS);
  await utimes(model, longAgo, longAgo);
  const other = Staging.plan(library);
  await other.create();
  await rename(model, `${other.dir}-replaced`);
  await Staging.plan(library).create();
  expect(await readFile(join(`${other.dir}-replaced`, 'file'), 'utf8')).toBe('old');
});
