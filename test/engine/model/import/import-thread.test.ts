import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importInThread } from '../../../../src/engine/model/import/import-thread.js';
import { openModel } from '../../../../src/engine/model/run/open-model.js';
import { bundleWorkers, type Bundles } from '../../bundle-worker.js';
import { fixturePath } from '../fixtures.js';

describe('importing in another thread', () => {
  let bundles: Bundles;
  let folder: string;
  let library: string;
  let workerUrl: URL;

  beforeAll(async () => {
    bundles = await bundleWorkers('src/engine/model/import/import-worker.ts');
    ({ folder } = bundles);
    library = join(folder, 'library');
    workerUrl = bundles.url('import-worker');
  });
  afterAll(() => bundles.remove());

  it('stores the model, reports progress and does not block the calling thread', async () => {
    const shares: number[] = [];
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    const onProgress = (share: number) => shares.push(share);
    const { dir, manifest } = await importInThread(
      fixturePath('identity'),
      { libraryDir: library, onProgress },
      workerUrl,
    );
    clearInterval(turning);
    expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
    expect(turns).toBeGreaterThan(10);
    expect(dir).toBe(join(library, manifest.sha256));
    (await openModel(dir, manifest, { frames: 1, batch: 1 })).close();
  });

  it('rejects with the same error as an import in the calling thread', async () => {
    const path = join(folder, 'nonsense.ts');
    await writeFile(path, 'this is no model');
    await expect(importInThread(path, { libraryDir: library }, workerUrl)).rejects.toMatchObject({
      name: 'TillerError',
      code: 'not-a-model',
      hint: expect.any(String) as string,
    });
    expect(await readdir(library)).toHaveLength(1);
  });

  it('stops when it is cancelled and does not change the library', async () => {
    const before = await readdir(library);
    const cancelling = new AbortController();
    const steps: string[] = [];
    const onProgress = (share: number, step: string) => {
      steps.push(step);
      if (share >= 0.2) cancelling.abort();
    };
    const { signal } = cancelling;
    const importing = importInThread(
      fixturePath('stereo'),
      { libraryDir: library, onProgress, signal },
      workerUrl,
    );
    await expect(importing).rejects.toMatchObject({ code: 'import-cancelled' });
    expect(steps).not.toContain('Done');
    expect(await readdir(library)).toEqual(before);
    const late = importInThread(fixturePath('stereo'), { libraryDir: library, signal }, workerUrl);
    await expect(late).rejects.toMatchObject({ code: 'import-cancelled' });
    expect(await readdir(library)).toEqual(before);
  });

  // V8's flags were changed in the running engine instead, for all its threads.
  it('is given a small heap at its start', async () => {
    const worker = join(folder, 'limits.mjs');
    await writeFile(
      worker,
      `import { parentPort, resourceLimits } from 'node:worker_threads';
       parentPort.postMessage({ type: 'progress', share: 0.5, step: String(resourceLimits.maxYoungGenerationSizeMb) });
       parentPort.once('message', () => process.exit());`,
    );
    const cancelling = new AbortController();
    const steps: string[] = [];
    const onProgress = (_: number, step: string) => {
      steps.push(step);
      cancelling.abort();
    };
    const { signal } = cancelling;
    const importing = importInThread(
      'x.ts',
      { libraryDir: library, onProgress, signal },
      pathToFileURL(worker),
    );
    await expect(importing).rejects.toThrow();
    expect(steps).toEqual(['3']);
  });

  it('rejects when the thread ends unexpectedly', async () => {
    const worker = join(folder, 'exits.mjs');
    await writeFile(worker, 'process.exit(7);');
    const crashing = importInThread('x.ts', { libraryDir: library }, pathToFileURL(worker));
    await expect(crashing).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('ended with code 7') as string,
    });
  });
});
