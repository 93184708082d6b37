import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readAudio } from '../../../src/engine/audio/read.js';
import { readInThread } from '../../../src/engine/audio/read-thread.js';
import { bundleWorkers, type Bundles } from '../bundle-worker.js';

const LOOP = resolve('models/loops/tabla.wav');

describe('readInThread', () => {
  let bundles: Bundles;
  let folder: string;
  let workerUrl: URL;

  beforeAll(async () => {
    bundles = await bundleWorkers('src/engine/audio/read-worker.ts');
    ({ folder } = bundles);
    workerUrl = bundles.url('read-worker');
  });
  afterAll(() => bundles.remove());

  it('gives the same result as readAudio, in shared memory', async () => {
    const file = await readInThread(LOOP, 'tabla.wav', workerUrl);
    expect(file).toEqual(await readAudio(LOOP));
    expect(file.channels.every(({ buffer }) => buffer instanceof SharedArrayBuffer)).toBe(true);
  });

  it('reports errors with the given name', async () => {
    const path = join(folder, 'noise.wav');
    await writeFile(path, 'RIFF, but no sound');
    await expect(readInThread(path, 'my noise.wav', workerUrl)).rejects.toMatchObject({
      code: 'audio-unreadable',
      message: expect.stringMatching(/^my noise\.wav cannot be read/) as string,
      hint: expect.any(String) as string,
    });
  });

  it('reports a failure of its thread', async () => {
    const missing = pathToFileURL(join(folder, 'no-worker.mjs'));
    await expect(readInThread(LOOP, 'tabla.wav', missing)).rejects.toMatchObject({
      code: 'internal',
      message: 'tabla.wav could not be read.',
    });
  });
});
