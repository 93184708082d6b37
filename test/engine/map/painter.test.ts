import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { trainMapping } from '../../../src/engine/mapping/train.js';
import { Painter } from '../../../src/engine/map/painter.js';
import type { MapPicture } from '../../../src/protocol/interface-frames.js';
import { documentOf } from '../http/rig.js';

/** A fake map worker: its pictures contain the names of the models and the attributes that it got. */
const FAKE_WORKER = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', (message) => {
  if (message.type === 'end-thread') process.exit();
  parentPort.postMessage({ type: 'measured' });
  if (message.type === 'model') models.push(message.model?.name ?? null);
  if (message.type === 'attributes') models.push(...message.values.map(String));
  if (message.type === 'paint' && message.request.dimension !== UNANSWERED)
    parentPort.postMessage({
      type: 'painted',
      job: message.job,
      picture: {
        ...{ mode: 'latents', x: 0, y: 1, dimension: 0, width: 1, height: 1, low: 0, high: 1 },
        values: [Uint8Array.from(models, (name) => name.charCodeAt(0))],
        confidence: null,
        loud: null,
      },
    });
});
const models = [];
`;
/** The names of the models that the fake worker had got, in order. */
const modelsOf = (picture: MapPicture | null) => String.fromCharCode(...(picture?.values[0] ?? []));
/** The dimension of a request that the fake worker does not answer. */
const UNANSWERED = 7;
const ENDS_AT_ONCE = 'process.exit(1);';

describe('the painter', () => {
  let folder: string;
  let painter: Painter;
  const document = documentOf(2, 3);
  const { trained } = trainMapping({
    examples: document.examples,
    learning: { shared: { kind: 'linear', ridge: 0 }, perDimension: {}, automatic: false },
    inputCount: 2,
    latentCount: 2,
  });
  const state = { preset: { ...document, trained }, model: { manifest: { sha256: 'a' } } };
  const request = { mode: 'latents', x: 0, y: 1, dimension: 0 } as const;
  const open = async (program: string, find: (sha256: string) => Promise<unknown>) => {
    const worker = join(folder, 'worker.mjs');
    await writeFile(worker, program.replace('UNANSWERED', String(UNANSWERED)));
    const instrument = { state: state as never, subscribe: () => () => undefined };
    painter = new Painter(instrument, { find: find as never }, pathToFileURL(worker));
  };

  beforeEach(async () => {
    state.model.manifest.sha256 = 'a';
    folder = await mkdtemp(join(tmpdir(), 'tiller-painter-'));
  });
  afterEach(async () => {
    await painter.close();
    await rm(folder, { recursive: true });
  });

  // The request was never answered, and the window requested no other picture.
  it('rejects where the worker ends while a model is looked up', async () => {
    // Longer than the worker runs.
    await open(ENDS_AT_ONCE, () => new Promise((resolve) => setTimeout(() => resolve(null), 500)));
    await expect(painter.paint(request)).rejects.toThrow('The map could not be painted.');
  });

  // The model counted as sent before it was found: no later picture had levels.
  it('looks a model up again after a failed lookup', async () => {
    let lookups = 0;
    await open(FAKE_WORKER, (name) => {
      lookups += 1;
      return lookups === 1 ? Promise.reject(new Error('the disk is gone')) : Promise.resolve({ name });
    });
    await expect(painter.paint(request)).rejects.toThrow('the disk is gone');
    expect(modelsOf(await painter.paint(request))).toBe('a');
    expect(modelsOf(await painter.paint(request))).toBe('a');
    expect(lookups).toBe(2);
  });

  // The model whose lookup took longer was sent last.
  it('sends models in the order of the requests', async () => {
    let found: () => void = () => undefined;
    await open(FAKE_WORKER, (name) => {
      if (name === 'b') return Promise.resolve({ name });
      return new Promise((resolve) => (found = () => resolve({ name })));
    });
    const first = painter.paint(request);
    await new Promise((resolve) => setImmediate(resolve));
    state.model.manifest.sha256 = 'b';
    const second = painter.paint(request);
    await new Promise((resolve) => setImmediate(resolve));
    found();
    await first;
    expect(modelsOf(await second)).toBe('ab');
  });

  // Levels were measured with the attributes that the file states.
  it('sends what the model’s attributes are, and asks for another picture when they rest', async () => {
    const level = { name: 'level', kind: 'integer', initial: 2, value: 2, range: [0, 9] as [number, number] };
    const settings = { ...state, preset: { ...state.preset, attributes: [level] } };
    let moved: () => void = () => undefined;
    const worker = join(folder, 'worker.mjs');
    await writeFile(worker, FAKE_WORKER.replace('UNANSWERED', String(UNANSWERED)));
    const instrument = {
      get state() {
        return settings as never;
      },
      subscribe: (listener: (...args: never[]) => void) => {
        moved = listener;
        return () => undefined;
      },
    };
    painter = new Painter(
      instrument,
      { find: ((name: string) => Promise.resolve({ name })) as never },
      pathToFileURL(worker),
    );
    expect(modelsOf(await painter.paint(request))).toBe('a2');
    expect(modelsOf(await painter.paint(request))).toBe('a2');
    settings.preset = { ...settings.preset, attributes: [{ ...level, value: 5 }] };
    const changed = new Promise<void>((resolve) => painter.subscribe(resolve));
    moved();
    await changed;
    expect(modelsOf(await painter.paint(request))).toBe('a25');
  });

  it('rejects open requests when it is closed', async () => {
    await open(FAKE_WORKER, (name) => Promise.resolve({ name }));
    let changes = 0;
    const received = new Promise<void>((resolve) => painter.subscribe(() => ++changes === 3 && resolve()));
    const painting = painter.paint({ ...request, dimension: UNANSWERED });
    const rejected = expect(painting).rejects.toThrow('The map could not be painted.');
    await received;
    await painter.close();
    await rejected;
    await expect(painter.paint(request)).rejects.toThrow('The map could not be painted.');
  });
});
