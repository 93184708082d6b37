import { build } from 'esbuild';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { Trainer } from '../../../src/engine/mapping/trainer.js';
import { example, request, scattered } from './requests.js';

const folder = mkdtempSync(join(tmpdir(), 'tiller-trainer-'));
const workerUrl = pathToFileURL(join(folder, 'train-worker.mjs'));
const quick = request(scattered(8, 2, 3, 'smooth'), 'mlp');
/** Long enough that what follows in a test always comes before its end. */
const slow = request(scattered(400, 8, 64, 'random'), 'mlp');
const failure = (code: string) => expect.objectContaining({ name: 'TillerError', code }) as Error;

let trainer: Trainer;

beforeAll(async () => {
  await build({
    entryPoints: ['src/engine/mapping/train-worker.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'train-worker.mjs'),
    logLevel: 'error',
  });
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  trainer = new Trainer(workerUrl);
});
afterEach(() => trainer.close());

/** A worker that does `body` with every message. */
function workerThat(body: string): Trainer {
  const file = join(folder, 'broken.mjs');
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads';\nparentPort.on('message', (m) => { ${body} });`,
  );
  return new Trainer(pathToFileURL(file));
}

test('trains in another thread what this one would, with progress', async () => {
  const steps: number[] = [];
  const { trained, report } = await trainer.train(quick, { onProgress: (done) => steps.push(done) });
  expect(trained).toEqual(trainMapping(quick).trained);
  expect(report.dimensions).toHaveLength(3);
  expect(steps).toEqual([1, 2, 3]);
  expect(trainer.busy).toBe(false);
});

test('the newest request wins', async () => {
  const old = trainer.train(slow);
  const outdated = expect(old).rejects.toEqual(failure('training-cancelled'));
  const { trained } = await trainer.train(quick);
  await outdated;
  expect(trained.dimensions).toHaveLength(3);
});

test('cancel and abort reject at once, and the trainer goes on', async () => {
  const first = trainer.train(slow);
  expect(trainer.busy).toBe(true);
  trainer.cancel();
  await expect(first).rejects.toEqual(failure('training-cancelled'));

  const controller = new AbortController();
  const second = trainer.train(slow, { signal: controller.signal });
  controller.abort();
  await expect(second).rejects.toEqual(failure('training-cancelled'));
  await expect(trainer.train(slow, { signal: controller.signal })).rejects.toEqual(
    failure('training-cancelled'),
  );
  await expect(trainer.train(quick)).resolves.toHaveProperty('trained');
});

test('an abort after the end, or of a request long replaced, touches nothing', async () => {
  const controller = new AbortController();
  await trainer.train(quick, { signal: controller.signal });
  const next = trainer.train(quick);
  controller.abort();
  await expect(next).resolves.toHaveProperty('report');
});

test('what is wrong with the examples comes back in words', async () => {
  const odd = { ...quick, examples: [example([0.5], [1, 2, 3], { label: 'odd' })] };
  await expect(trainer.train(odd)).rejects.toMatchObject({
    code: 'argument-invalid',
    message: expect.stringMatching(/odd/) as string,
  });
});

test('a worker that dies fails the training, and the next one has a new worker', async () => {
  const mortal = workerThat('process.exit(3)');
  await expect(mortal.train(quick)).rejects.toMatchObject({
    code: 'training-failed',
    message: expect.stringMatching(/code 3/) as string,
  });
  workerThat(
    `parentPort.postMessage({ event: 'failed', job: m.job, code: 'training-failed', message: 'alive' });`,
  );
  await expect(mortal.train(quick)).rejects.toMatchObject({ message: 'alive' });
  await mortal.close();
});

test('a worker that throws fails the training', async () => {
  const broken = workerThat(`throw new Error('out of luck')`);
  await expect(broken.train(quick)).rejects.toMatchObject({
    code: 'training-failed',
    message: expect.stringMatching(/out of luck/) as string,
  });
  await broken.close();
});

test('a missing worker file fails the training', async () => {
  const lost = new Trainer(pathToFileURL(join(folder, 'nowhere.mjs')));
  await expect(lost.train(quick)).rejects.toEqual(failure('training-failed'));
});

test('a result that is not valid is not taken', async () => {
  const liar = workerThat(
    `parentPort.postMessage({ event: 'trained', job: m.job, trained: { inputs: 2 }, report: {} });`,
  );
  await expect(liar.train(quick)).rejects.toEqual(failure('training-failed'));
  await liar.close();
});

test('closing rejects what runs', async () => {
  const running = trainer.train(slow);
  const rejected = expect(running).rejects.toEqual(failure('training-cancelled'));
  await trainer.close();
  await rejected;
});
