import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { Trainer } from '../../../src/engine/mapping/trainer.js';
import { bundleWorkers, type Bundles } from '../bundle-worker.js';
import { example, request, scattered } from './requests.js';

const folder = mkdtempSync(join(tmpdir(), 'tiller-trainer-'));
let bundles: Bundles;
const quick = request(scattered(8, 2, 3, 'smooth'), 'mlp');
/** A training that takes longer than the rest of any test. */
const slow = request(scattered(400, 8, 64, 'random'), 'mlp');
const failure = (code: string) => expect.objectContaining({ name: 'TillerError', code }) as Error;

let trainer: Trainer;

beforeAll(async () => {
  bundles = await bundleWorkers('src/engine/mapping/train-worker.ts');
});
afterAll(async () => {
  await bundles.remove();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  trainer = new Trainer(bundles.url('train-worker'));
});
afterEach(() => trainer.close());

/** A trainer whose worker executes `body` for every message `m`. */
function trainerThat(body: string): Trainer {
  const file = join(folder, 'broken.mjs');
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads';\nparentPort.on('message', (m) => { ${body} });`,
  );
  return new Trainer(pathToFileURL(file));
}

test('gives the same result as trainMapping, with progress', async () => {
  const steps: number[] = [];
  const { trained, report } = await trainer.train(quick, { onProgress: (done) => steps.push(done) });
  expect(trained).toEqual(trainMapping(quick).trained);
  expect(report.dimensions).toHaveLength(3);
  expect(steps).toEqual([1, 2, 3]);
  expect(trainer.busy).toBe(false);
});

test('a new request cancels the running one', async () => {
  const old = trainer.train(slow);
  const outdated = expect(old).rejects.toEqual(failure('training-cancelled'));
  const { trained } = await trainer.train(quick);
  await outdated;
  expect(trained.dimensions).toHaveLength(3);
});

test('cancel and abort reject at once, and the trainer can be used again', async () => {
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

test('an abort after the end of its training has no effect', async () => {
  const controller = new AbortController();
  await trainer.train(quick, { signal: controller.signal });
  const next = trainer.train(quick);
  controller.abort();
  await expect(next).resolves.toHaveProperty('report');
});

test('rejects invalid examples with trainMapping’s message', async () => {
  const odd = { ...quick, examples: [example([0.5], [1, 2, 3], { label: 'odd' })] };
  await expect(trainer.train(odd)).rejects.toMatchObject({
    code: 'argument-invalid',
    message: expect.stringMatching(/odd/) as string,
  });
});

test('a worker that ends fails the training, and the next training starts a new one', async () => {
  const ending = trainerThat('process.exit(3)');
  await expect(ending.train(quick)).rejects.toMatchObject({
    code: 'training-failed',
    message: expect.stringMatching(/code 3/) as string,
  });
  trainerThat(
    `parentPort.postMessage({ event: 'failed', job: m.job, code: 'training-failed', message: 'restarted' });`,
  );
  await expect(ending.train(quick)).rejects.toMatchObject({ message: 'restarted' });
  await ending.close();
});

test('a worker that throws fails the training', async () => {
  const broken = trainerThat(`throw new Error('worker fault')`);
  await expect(broken.train(quick)).rejects.toMatchObject({
    code: 'training-failed',
    message: expect.stringMatching(/worker fault/) as string,
  });
  await broken.close();
});

test('a missing worker file fails the training', async () => {
  const missing = new Trainer(pathToFileURL(join(folder, 'missing.mjs')));
  await expect(missing.train(quick)).rejects.toEqual(failure('training-failed'));
});

test('rejects an invalid result', async () => {
  const invalid = trainerThat(
    `parentPort.postMessage({ event: 'trained', job: m.job, trained: { inputs: 2 }, report: {} });`,
  );
  await expect(invalid.train(quick)).rejects.toEqual(failure('training-failed'));
  await invalid.close();
});

test('closing rejects the running training', async () => {
  const running = trainer.train(slow);
  const rejected = expect(running).rejects.toEqual(failure('training-cancelled'));
  await trainer.close();
  await rejected;
});
