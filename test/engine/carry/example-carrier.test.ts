import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { useModel } from '../../../src/document/use-model.js';
import {
  fromCarryWorkerSchema,
  type FromCarryWorker,
  type LatentsOfExample,
} from '../../../src/engine/carry/messages.js';
import { errorOf } from '../../../src/engine/workers/messages.js';
import { WorkerThread } from '../../../src/engine/workers/worker-thread.js';
import { ExampleCarrier } from '../../../src/engine/carry/example-carrier.js';
import type { LibraryEntry } from '../../../src/engine/model/library/model-folder.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { bundleWorkers } from '../bundle-worker.js';
import { Bench, documentOf } from '../http/rig.js';
import { importFixture } from '../model/import-fixture.js';

/** Answers with latents that are the example's first one, as many as the new model has. Never answers to a label of “slow”. */
const FAKE_WORKER = `
import { parentPort, workerData } from 'node:worker_threads';
const { examples, to } = workerData.data;
parentPort.on('message', () => process.exit());
parentPort.postMessage({ type: 'progress', share: 0.5 });
const answer = examples.map(({ id, latents }) => ({ id, latents: to.manifest.latentRanges.map(() => latents[0]) }));
if (examples.length < 4) parentPort.postMessage({ type: 'carried', examples: answer });
`;

describe('examples of another model', () => {
  let folder: string;
  let identity: LibraryEntry;
  let bench: Bench;
  let carrier: ExampleCarrier;
  const own = documentOf(2, 3);
  const ownModel = { name: 'left', sha256: 'a'.repeat(64) };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-carry-'));
    await writeFile(join(folder, 'fake.mjs'), FAKE_WORKER);
    await writeFile(join(folder, 'broken.mjs'), 'process.exit(1);');
    identity = await importFixture('identity', {
      libraryDir: join(folder, 'models'),
      variants: [{ frames: 1, batch: 1 }],
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const open = async (worker: string, examples = own.examples) => {
    bench = new Bench(new PresetStore(join(tmpdir(), 'unused'), null));
    const left = { ...own, model: ownModel, examples };
    const preset = useModel(left, identity.manifest, identity.manifest.latentRanges);
    await bench.instrument.files.load(preset, 'engine');
    const models = new Map([[identity.manifest.sha256, identity], [ownModel.sha256, identity]]); // prettier-ignore
    carrier = new ExampleCarrier(
      bench.instrument,
      { find: (sha256) => Promise.resolve(models.get(sha256) ?? null) },
      pathToFileURL(join(folder, worker)),
    );
    return models;
  };
  afterEach(async () => {
    await carrier.close();
    await bench.instrument.close();
  });
  const state = () => bench.instrument.state;

  it('are added to those of the present model in one step, and stay with their own', async () => {
    await open('fake.mjs');
    const shares: (number | undefined)[] = [];
    carrier.subscribe(() => shares.push(carrier.state?.progress));
    await carrier.carry(ownModel.sha256);
    const latents = identity.manifest.latentDims;
    expect(state().preset.examples.map(({ label, inputs }) => [label, inputs])).toEqual(
      own.examples.map(({ label, inputs }) => [label, inputs]),
    );
    for (const [i, example] of state().preset.examples.entries())
      expect(example.latents).toEqual(Array.from({ length: latents }, () => own.examples[i]?.latents[0]));
    expect(state().preset.otherModels[0]?.examples).toEqual(own.examples);
    expect(shares).toEqual([0, 0.5, undefined]);
    bench.instrument.undo();
    expect(state().preset.examples).toEqual([]);
    expect(state().undoLabel).toBeNull();
  });

  it('are not added where that is cancelled, where another model plays by then, or where the thread fails', async () => {
    const many = [...own.examples, { ...own.examples[0]!, id: 'another' }];
    await open('fake.mjs', many);
    const running = carrier.carry(ownModel.sha256);
    await new Promise<void>((resolve) =>
      carrier.subscribe(() => carrier.state?.progress === 0.5 && resolve()),
    );
    carrier.cancel();
    await expect(running).rejects.toMatchObject({ code: 'carry-cancelled' });
    expect(carrier.state).toBeNull();

    await open('fake.mjs');
    const late = carrier.carry(ownModel.sha256);
    await bench.instrument.files.load({ ...own, model: null }, 'engine');
    await expect(late).rejects.toMatchObject({ code: 'argument-invalid' });
    expect(state().preset.examples).toEqual(own.examples);

    await open('broken.mjs');
    await expect(carrier.carry(ownModel.sha256)).rejects.toMatchObject({ code: 'internal' });
    expect(state().preset.examples).toEqual([]);
  });

  it('need both models, and have to be there', async () => {
    const models = await open('fake.mjs');
    await expect(carrier.carry('f'.repeat(64))).rejects.toMatchObject({ code: 'argument-invalid' });
    models.delete(ownModel.sha256);
    await expect(carrier.carry(ownModel.sha256)).rejects.toMatchObject({ code: 'model-missing' });
    expect(carrier.state).toBeNull();
  });

  it('are compared by the worker that is shipped', async () => {
    const bundles = await bundleWorkers('src/engine/carry/carry-worker.ts');
    const highest = identity.manifest.latentRanges.map(([, high]) => high);
    // At normal priority: below it, a busy machine gives a thread next to no time.
    const carried = await new Promise<LatentsOfExample[]>((resolve, reject) => {
      const worker = new WorkerThread<never, FromCarryWorker>({
        url: bundles.url('carry-worker'),
        name: 'carry',
        data: { from: identity, to: identity, examples: [{ id: 'e1', latents: highest }] },
        schema: fromCarryWorkerSchema,
        onMessage: (message) => {
          if (message.type === 'progress') return;
          void worker.end();
          if (message.type === 'carried') resolve(message.examples);
          else reject(errorOf(message.failure));
        },
        onFailure: ({ reason }) => reject(new Error(reason)),
      });
    }).finally(() => bundles.remove());
    expect(carried.map(({ id }) => id)).toEqual(['e1']);
    const [example] = carried;
    example?.latents.forEach((value, d) => {
      const [low, high] = identity.manifest.latentRanges[d] ?? [NaN, NaN];
      expect(value).toBeGreaterThanOrEqual(low);
      expect(value).toBeLessThanOrEqual(high);
    });
  });
});
