import { build } from 'esbuild';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { WorkerThread, type WorkerFailure } from '../../../src/engine/workers/worker-thread.js';

describe('a worker thread', () => {
  let folder: string;
  let url: URL;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-worker-'));
    const source = join(folder, 'worker.ts');
    const outfile = join(folder, 'worker.mjs');
    await writeFile(
      source,
      `import { z } from 'zod';
       import { getPriority } from 'node:os';
       import { kernelThreadId } from '${resolve('src/engine/workers/thread-priority.ts')}';
       import { postTo, serveWorker, startedWith } from '${resolve('src/engine/workers/serve-worker.ts')}';
       const name = startedWith(z.string());
       const post = postTo();
       serveWorker((text) => {
         if (text === 'throw') throw new Error('broken');
         if (text === 'exit') process.exit(3);
         if (text === 'busy') for (;;);
         if (text === 'priority') post(String(getPriority(kernelThreadId() ?? 0)));
         else post(text === 'lie' ? 42 : name + ' heard ' + text);
       }, z.string().max(10));`,
    );
    await build({
      entryPoints: [source],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'error',
      nodePaths: [resolve('node_modules')],
    });
    url = pathToFileURL(outfile);
  });
  afterAll(() => rm(folder, { recursive: true }));

  function start(background = false) {
    const failures: WorkerFailure[] = [];
    const heard: string[] = [];
    let wake = () => undefined as void;
    const thread = new WorkerThread<unknown, string>({
      url,
      name: 'test',
      data: 'Ada',
      background,
      schema: z.string(),
      onMessage: (message) => {
        heard.push(message);
        wake();
      },
      onFailure: (failure) => {
        failures.push(failure);
        wake();
      },
    });
    const until = async (done: () => boolean) => {
      while (!done()) await new Promise<void>((resolve) => (wake = resolve));
    };
    return { thread, failures, heard, until };
  }

  it('gets its data, answers in order, and ends when it is asked to', async () => {
    const { thread, failures, heard, until } = start();
    thread.post('one');
    thread.post('two');
    await until(() => heard.length === 2);
    expect(heard).toEqual(['Ada heard one', 'Ada heard two']);
    await thread.end();
    await thread.end();
    thread.post('three');
    expect([heard.length, failures]).toEqual([2, []]);
  });

  it.each([
    ['throw', 'broken'],
    ['exit', 'its thread ended with code 3'],
    ['lie', 'it sent a message that is not valid'],
  ])('reports one failure with its reason (%s), and takes no more messages', async (how, reason) => {
    const { thread, failures, heard, until } = start();
    thread.post(how);
    await until(() => failures.length > 0);
    thread.post('more');
    await thread.end();
    expect(failures.map((failure) => failure.reason)).toEqual([reason]);
    expect(heard).toEqual([]);
  });

  it('fails where it gets what its schema does not allow', async () => {
    const { thread, failures, until } = start();
    thread.post('longer than ten letters');
    await until(() => failures.length > 0);
    expect(failures).toHaveLength(1);
  });

  it('is stopped in the middle of its work without that being a failure', async () => {
    const { thread, failures } = start();
    thread.post('busy');
    await thread.stop();
    expect(failures).toEqual([]);
  });

  (process.platform === 'linux' ? it : it.skip)(
    'runs below normal priority where it is told to',
    async () => {
      const { thread, heard, until } = start(true);
      thread.post('priority');
      await until(() => heard.length === 1);
      expect(Number(heard[0])).toBeGreaterThan(0);
      await thread.end();
    },
  );
});
