import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import {
  fromMapWorkerSchema,
  type FromMapWorker,
  type ToMapWorker,
} from '../../../src/engine/map/messages.js';
import { WorkerThread } from '../../../src/engine/workers/worker-thread.js';
import { bundleWorkers, type Bundles } from '../bundle-worker.js';
import { importFixture } from '../model/import-fixture.js';
import { documentOf } from '../http/rig.js';

describe('the map worker', () => {
  let bundles: Bundles;
  let worker: WorkerThread<ToMapWorker, FromMapWorker>;
  let onMessage: (message: FromMapWorker) => void;

  beforeAll(async () => {
    bundles = await bundleWorkers('src/engine/map/map-worker.ts');
    worker = new WorkerThread<ToMapWorker, FromMapWorker>({
      url: bundles.url('map-worker'),
      name: 'map',
      schema: fromMapWorkerSchema,
      onMessage: (message) => onMessage(message),
      onFailure: ({ reason }) => {
        throw new Error(reason);
      },
    });
  });
  afterAll(async () => {
    await worker.end();
    await bundles.remove();
  });

  // The levels of a picture that was painted while the model was being opened were never measured.
  it('measures a picture that was painted before its model was open', async () => {
    const { dir, manifest } = await importFixture('mono', {
      libraryDir: join(bundles.folder, 'library'),
    });
    const [variant] = manifest.variants;
    const size = variant?.decoder.state?.size ?? 0;
    expect(size).toBeGreaterThan(0);
    await writeFile(join(dir, 'decoder.state'), new Float32Array(size));
    for (const { decoder } of manifest.variants) decoder.initialState = 'decoder.state';

    const { examples, inputs } = documentOf(manifest.latentDims, 6);
    const { trained } = trainMapping({
      examples,
      learning: { shared: { kind: 'linear', ridge: 0 }, perDimension: {}, automatic: false },
      inputCount: inputs.length,
      latentCount: manifest.latentDims,
    });
    const received: string[] = [];
    const measured = new Promise<void>((resolve) => {
      onMessage = ({ type }) => {
        received.push(type);
        if (type === 'measured') resolve();
      };
    });
    const messages: ToMapWorker[] = [
      { type: 'model', model: { dir, manifest } },
      { type: 'mapping', trained },
      {
        type: 'paint',
        job: 1,
        request: { mode: 'loudness', x: 0, y: 1, dimension: 0 },
        inputs: inputs.map(({ value }) => value),
        examples: examples.map((example) => example.inputs),
        limitDb: -1,
      },
    ];
    for (const message of messages) worker.post(message);
    await measured;
    expect(received.slice(0, 2)).toEqual(['painted', 'measured']);
  });
});
