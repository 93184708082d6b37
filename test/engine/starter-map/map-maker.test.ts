import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { useModel } from '../../../src/document/use-model.js';
import type { LibraryEntry } from '../../../src/engine/model/library/model-folder.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { MapMaker } from '../../../src/engine/starter-map/map-maker.js';
import { STARTER_REGRESSOR } from '../../../src/engine/starter-map/starter-regressor.js';
import { Bench, documentOf } from '../http/rig.js';
import { importFixture } from '../model/import-fixture.js';

/** Answers with two sounds, the first with the number of frames, or with the latents of a file; never answers to seed 9. */
const FAKE_WORKER = `
import { parentPort, workerData } from 'node:worker_threads';
const { job, model } = workerData.data;
const latents = (value) => model.manifest.latentRanges.map(() => value);
parentPort.on('message', () => process.exit());
parentPort.postMessage({ type: 'progress', share: 0.5 });
if (job.kind === 'frames') parentPort.postMessage({ type: 'frames', frames: [latents(3), latents(4)] });
else if (job.kind === 'sound') parentPort.postMessage({ type: 'heard', latents: latents(2) });
else if (job.seed !== 9)
  parentPort.postMessage({
    type: 'mapped',
    sounds: [
      { label: job.frames.length === 0 ? 'dark hum' : job.frames.length + ' frames', hue: 10, place: [0.1, 0.2], latents: latents(0) },
      { label: 'bright noise', hue: 200, place: [0.9, 0.8], latents: latents(1) },
    ],
    order: job.layout === 'likeness' ? null : [0.95, job.layout === 'noisiness' ? 0.5 : 0.85],
  });
`;

const REQUEST = { x: 0, y: 1, layout: 'loudness', seed: 1 } as const;

describe('listening to a model', () => {
  let folder: string;
  let identity: LibraryEntry;
  let bench: Bench;
  let maker: MapMaker;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-map-'));
    await writeFile(join(folder, 'fake.mjs'), FAKE_WORKER);
    await writeFile(join(folder, 'broken.mjs'), 'process.exit(1);');
    identity = await importFixture('identity', {
      libraryDir: join(folder, 'models'),
      variants: [{ frames: 1, batch: 1 }],
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const open = async (worker: string) => {
    bench = new Bench(new PresetStore(join(folder, 'unused'), null));
    const preset = useModel(documentOf(0, 0), identity.manifest, identity.manifest.latentRanges);
    await bench.instrument.files.load(preset, 'engine');
    maker = new MapMaker(
      bench.instrument,
      { find: (sha256) => Promise.resolve(sha256 === identity.manifest.sha256 ? identity : null) },
      pathToFileURL(join(folder, worker)),
    );
    // The worker that learns is built with the program.
    bench.instrument.train = () => Promise.resolve();
  };
  afterEach(async () => {
    await maker.close();
    await bench.instrument.close();
  });
  const preset = () => bench.instrument.state.preset;

  it('gives a map in one step, with names for its axes', async () => {
    await open('fake.mjs');
    const shares: (number | undefined)[] = [];
    maker.subscribe(() => shares.push(maker.state?.progress));
    await maker.map(REQUEST);
    expect(preset().examples.map(({ label, inputs, hue }) => [label, inputs, hue])).toEqual([
      ['dark hum', [0.1, 0.2], 10],
      ['bright noise', [0.9, 0.8], 200],
    ]);
    expect(preset().inputs.map(({ name }) => name)).toEqual(['Dark to bright', 'Soft to loud']);
    expect(preset().learning.shared).toEqual(STARTER_REGRESSOR);
    expect(shares).toEqual([0, 0.5, undefined]);
    bench.instrument.undo();
    expect([preset().examples, preset().inputs[0]?.name]).toEqual([[], 'X']);
    expect(bench.instrument.state.undoLabel).toBeNull();
  });

  it('warns of an axis that the map follows only in part', async () => {
    await open('fake.mjs');
    await maker.map(REQUEST);
    await maker.map({ ...REQUEST, layout: 'likeness' });
    expect(bench.instrument.state.notice?.level).not.toBe('warning');
    await maker.map({ ...REQUEST, layout: 'noisiness' });
    const { level, text } = bench.instrument.state.notice ?? {};
    expect(level).toBe('warning');
    expect(text).toMatch(
      /^“Tonal to noisy” holds only in part .*0\.50; 1 is exact\)\. Another layout may suit it better\.$/,
    );
    expect(preset().examples).toHaveLength(6);
  });

  it('adds to the examples that are there, and leaves names and regressors as they are', async () => {
    await open('fake.mjs');
    await maker.addSound('/unused/Big Bell.take 2.wav', 'Big Bell.take 2.wav', [0.3, 0.4]);
    const [bell] = preset().examples;
    expect(bell).toMatchObject({ label: 'Big Bell.take 2', inputs: [0.3, 0.4] });
    expect(bell?.latents).toEqual(identity.manifest.latentRanges.map(() => 2));
    const { learning } = preset();
    await maker.map({ ...REQUEST, x: 1, y: 0 });
    expect(preset().examples.map(({ inputs }) => inputs)).toEqual([[0.3, 0.4], [0.2, 0.1], [0.8, 0.9]]); // prettier-ignore
    expect(preset().inputs.map(({ name }) => name)).toEqual(['X', 'Y']);
    expect(preset().learning).toEqual(learning);
  });

  it('changes nothing where it is cancelled, where another model plays by then, or where the thread fails', async () => {
    await open('fake.mjs');
    const running = maker.map({ ...REQUEST, seed: 9 });
    await new Promise<void>((resolve) => maker.subscribe(() => maker.state?.progress === 0.5 && resolve()));
    maker.cancel();
    await expect(running).rejects.toMatchObject({ code: 'map-cancelled' });
    expect(maker.state).toBeNull();

    const late = maker.map(REQUEST);
    maker.subscribe(() => {
      if (maker.state?.progress === 0.5) void bench.instrument.files.load(documentOf(2, 0), 'engine');
    });
    await expect(late).rejects.toMatchObject({ code: 'argument-invalid' });
    await expect(maker.map(REQUEST)).rejects.toMatchObject({ code: 'model-missing' });
    expect(preset().examples).toEqual([]);

    await maker.close();
    await open('broken.mjs');
    await expect(maker.map(REQUEST)).rejects.toMatchObject({ code: 'internal' });
    await expect(maker.map({ ...REQUEST, y: 0 })).rejects.toMatchObject({ code: 'argument-invalid' });
    expect(preset().examples).toEqual([]);
  });

  it('makes a map of gathered files, and forgets them with it', async () => {
    await open('fake.mjs');
    await maker.gather('/unused/a.wav', 'a.wav');
    await maker.gather('/unused/b.wav', 'b.wav');
    expect(preset().examples).toEqual([]);
    await maker.map({ ...REQUEST, gathered: true });
    expect(preset().examples[0]?.label).toBe('4 frames');
    await expect(maker.map({ ...REQUEST, gathered: true })).rejects.toMatchObject({
      code: 'argument-invalid',
    });
  });

  it('makes a map of what the track played lately, until another model plays', async () => {
    await open('fake.mjs');
    const encoded = identity.manifest.latentRanges.map(() => 1);
    for (let i = 0; i < 100; i += 1) bench.sound(encoded);
    await maker.map(REQUEST);
    expect(preset().examples[0]?.label).toBe('100 frames');
    const same = preset();
    await bench.instrument.files.load({ ...same, examples: [], model: null }, 'engine');
    await bench.instrument.files.load({ ...same, examples: [] }, 'engine');
    await maker.map(REQUEST);
    expect(preset().examples[0]?.label).toBe('dark hum');
  });
});
