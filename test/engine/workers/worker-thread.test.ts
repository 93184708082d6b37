import { build } from 'esbuild';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { WorkerThread, type WorkerFailure } from '../../../src/engine/workers/worker-thread.js';

describe('WorkerThread', () => {
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
         else post(text === 'invalid' ? 42 : name + ' received ' + text);
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
    const received: string[] = [];
    let notify = () => undefined as void;
    const thread = new WorkerThread<unknown, string>({
      url,
      name: 'test',
      data: 'Ada',
      background,
      schema: z.string(),
      onMessage: (message) => {
        received.push(message);
        notify();
      },
      onFailure: (failure) => {
        failures.push(failure);
        notify();
      },
    });
    const until = async (done: () => boolean) => {
      while (!done()) await new Promise<void>((resolve) => (notify = resolve));
    };
    return { thread, failures, received, until };
  }

  it('gets its start data, answers in order, and ends', async () => {
    const { thread, failures, received, until } = start();
    thread.post('one');
    thread.post('two');
    await until(() => received.length === 2);
    expect(received).toEqual(['Ada received one', 'Ada received two']);
    await thread.end();
    await thread.end();
    thread.post('three');
    expect([received.length, failures]).toEqual([2, []]);
  });

  it.each([
    ['throw', 'broken'],
    ['exit', 'its thread ended with code 3'],
    ['invalid', 'it sent a message that is not valid'],
  ])('reports one failure with its reason (%s), and receives no more messages', async (how, reason) => {
    const { thread, failures, received, until } = start();
    thread.post(how);
    await until(() => failures.length > 0);
    thread.post('more');
    await thread.end();
    expect(failures.map((failure) => failure.reason)).toEqual([reason]);
    expect(received).toEqual([]);
  });

  it('fails at a message that its own schema does not allow', async () => {
    const { thread, failures, until } = start();
    thread.post('longer than ten letters');
    await until(() => failures.length > 0);
    expect(failures).toHaveLength(1);
  });

  it('can be stopped during its work without a failure', async () => {
    const { thread, failures } = start();
    thread.post('busy');
    await thread.stop();
    expect(failures).toEqual([]);
  });

  (process.platform === 'linux' ? it : it.skip)(
    'runs below normal priority as a background thread',
    async () => {
      const { thread, received, until } = start(true);
      thread.post('priority');
      await until(() => received.length === 1);
      expect(Number(received[0])).toBeGreaterThan(0);
      await thread.end();
    },
  );
});
