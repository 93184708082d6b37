import { jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trainer } from '../../../src/engine/mapping/trainer.js';
import type { ModelManifest } from '../../../src/engine/model/manifest.js';
import { PARAMETER_INDEX } from '../../../src/document/parameters.js';
import { defaultRegressor } from '../../../src/document/default-learning.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import type { StreamCommand } from '../../../src/engine/stream/messages.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import { samplePreset } from '../../document/sample-presets.js';
import { ManualTrainer, manifest } from './instrument-rig.js';

describe('an instrument that learns', () => {
  let folder: string;
  let sent: StreamCommand[];
  let trainer: ManualTrainer;
  let instrument: Instrument;
  /** The manifest of the model that is found next. */
  let library: ModelManifest;

  beforeEach(async () => {
    library = manifest;
    folder = await mkdtemp(join(tmpdir(), 'tiller-learning-'));
    sent = [];
    trainer = new ManualTrainer();
    instrument = new Instrument({
      link: { send: (command) => sent.push(command), onReport: () => undefined },
      presets: new PresetStore(folder, null),
      models: { find: () => Promise.resolve({ dir: folder, manifest: library }) },
      trainer: trainer as unknown as Trainer,
    });
    await instrument.files.load(samplePreset(), 'page');
    await trainer.finish();
    sent.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const types = () => sent.map(({ type }) => type);

  it('learns after a change of the examples, and again after an undo', async () => {
    instrument.edit({ type: 'edit-example', id: 'e0', change: { latents: [1, 1, 1] } });
    expect(instrument.state.training).toMatchObject({ running: true, stale: true });
    await trainer.finish();
    expect(instrument.state.training).toMatchObject({ running: false, stale: false });
    expect(types()).toEqual(['mapping']);
    instrument.undo();
    await trainer.finish();
    expect(instrument.state.training.stale).toBe(false);
    expect(instrument.state.preset.trained).not.toBeNull();
  });

  describe('while examples change', () => {
    const weigh = (weight: number) =>
      instrument.edit({ type: 'edit-example', id: 'e0', change: { weight, latents: [weight / 2, 0, 0] } });
    const fakeTimers = () => jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] });
    afterEach(() => jest.useRealTimers());

    it('finishes the running training, plays it, and learns the newest examples next', async () => {
      trainer.started = 0;
      for (const weight of [2, 3, 4, 5]) weigh(weight);
      expect(trainer.started).toBe(1);
      await trainer.finish();
      expect(types()).toEqual(['mapping']);
      expect(instrument.state.training).toMatchObject({ running: true, stale: true });
      expect(trainer.waiting[0]?.request.examples[0]?.weight).toBe(5);
      await trainer.finish();
      expect(types()).toEqual(['mapping', 'mapping']);
      expect(instrument.state.training).toMatchObject({ running: false, stale: false });
      expect(trainer.started).toBe(2);
    });

    it('replaces an outdated training once the examples have stopped changing', () => {
      fakeTimers();
      trainer.started = 0;
      weigh(2);
      for (const weight of [3, 4, 5]) {
        weigh(weight);
        jest.advanceTimersByTime(299);
        // Playing must not postpone it.
        instrument.setParameter(PARAMETER_INDEX.input, weight / 10, 'page');
        expect(trainer.started).toBe(1);
      }
      jest.advanceTimersByTime(1);
      expect(trainer.started).toBe(2);
      expect(trainer.waiting.map(({ request }) => request.examples[0]?.weight)).toEqual([5]);
    });

    it('goes on with the running training where the change is taken back', () => {
      fakeTimers();
      weigh(2);
      trainer.started = 0;
      weigh(3);
      instrument.undo();
      jest.advanceTimersByTime(1000);
      expect(trainer.started).toBe(0);
      expect(trainer.waiting).toHaveLength(1);
    });
  });

  // While nothing had been learned yet, every move of a parameter started the first training again: it never ended.
  it('does not start its first training again while parameters move', async () => {
    await instrument.files.load({ ...samplePreset(), trained: null }, 'page');
    trainer.started = 0;
    for (let i = 0; i < 50; i++) {
      instrument.setParameter(PARAMETER_INDEX.input, i / 50, 'page');
      instrument.setParameter(PARAMETER_INDEX.dryWet, i / 50, 'host');
    }
    expect(trainer.started).toBe(0);
    expect(trainer.waiting).toHaveLength(1);
    await trainer.finish();
    expect(instrument.state.preset.trained).not.toBeNull();
    expect(instrument.state.training).toMatchObject({ running: false, stale: false });
  });

  // It was retried at the next move of a parameter.
  it.each([
    ['cancelled', () => Promise.resolve(instrument.cancelTraining())],
    ['failed', () => trainer.fail()],
  ])('retries a training that was %s only where examples or settings change', async (_how, end) => {
    await instrument.files.load({ ...samplePreset(), trained: null }, 'page');
    await end();
    trainer.started = 0;
    instrument.setParameter(PARAMETER_INDEX.input, 0.9, 'page');
    instrument.edit({ type: 'steer', change: { amount: 0.5 } });
    instrument.edit({ type: 'edit-example', id: 'e0', change: { label: 'renamed' } });
    expect(trainer.started).toBe(0);
    expect(instrument.state.training).toMatchObject({ running: false, stale: true });
    instrument.edit({ type: 'edit-example', id: 'e0', change: { weight: 3 } });
    expect(trainer.started).toBe(1);
    await end();
    instrument.edit({ type: 'learn-all-with', settings: defaultRegressor('knn') });
    expect(trainer.started).toBe(2);
    await end();
    void instrument.train();
    await trainer.finish();
    expect(instrument.state.training).toMatchObject({ running: false, stale: false });
  });

  it('starts nothing for a change that gives the same mapping', () => {
    instrument.edit({ type: 'edit-example', id: 'e0', change: { enabled: false } });
    trainer.started = 0;
    const { shared } = instrument.state.preset.learning;
    instrument.edit({ type: 'edit-example', id: 'e0', change: { weight: 9, latents: [3, 3, 3] } });
    instrument.edit({ type: 'edit-example', id: 'e1', change: { label: 'renamed', hue: 12 } });
    instrument.edit({ type: 'learn-all-with', settings: { ...shared } });
    instrument.edit({ type: 'learn-dimensions-with', dimensions: [1], settings: { ...shared } });
    expect(trainer.started).toBe(0);
    expect(trainer.waiting).toHaveLength(1);
  });

  // It “learned” a mapping that maps nothing.
  it('refuses to learn without examples, and forgets the mapping with the last one', () => {
    instrument.edit({ type: 'remove-examples', ids: ['e0', 'e1'] });
    expect(instrument.state.preset.trained).toBeNull();
    expect(instrument.state.training).toMatchObject({ running: false, stale: false });
    trainer.started = 0;
    expect(() => instrument.train()).toThrow(/no examples/);
    expect(trainer.started).toBe(0);
  });

  describe('with a training that runs', () => {
    const mappings = () => sent.filter(({ type }) => type === 'mapping');
    const weigh = (weight: number) =>
      instrument.edit({ type: 'edit-example', id: 'e0', change: { weight, latents: [weight, 0, 0] } });
    const weighNew = () =>
      instrument.edit({
        type: 'add-example',
        example: { label: 'of the other model', inputs: [0, 0], latents: [7, 7, 7] },
      });

    it('never gives its mapping to a preset that is opened meanwhile', async () => {
      const learned = instrument.document;
      weigh(2);
      await instrument.files.load(learned, 'page');
      sent.length = 0;
      await trainer.finish();
      expect(mappings()).toEqual([]);
      expect(instrument.state.preset.trained).toEqual(learned.trained);
      expect(instrument.state.training).toMatchObject({ running: false, stale: false });
    });

    it('never gives its mapping to another model with as many latents', async () => {
      const other = { ...manifest, sha256: 'cd'.repeat(32) };
      const own = instrument.state.preset.trained;
      weigh(2);
      library = other;
      await instrument.models.select(other.sha256);
      weighNew();
      sent.length = 0;
      expect(trainer.waiting.map(({ request }) => request.examples.length)).toEqual([1]);
      await trainer.finish();
      expect(instrument.state.preset.trained?.dimensions[0]).toMatchObject({ kind: 'constant', value: 7 });
      library = manifest;
      await instrument.models.select(manifest.sha256);
      // Outdated when the model was left: learned again.
      expect(instrument.state.preset.trained).toBeNull();
      await trainer.finish();
      expect(instrument.state.preset.examples[0]?.weight).toBe(2);
      expect(instrument.state.preset.trained).not.toEqual(own);
    });

    it('brings the mapping of a model back with it, without learning it again', async () => {
      const { trained, examples } = instrument.state.preset;
      const { report } = instrument.state.training;
      library = { ...manifest, sha256: 'cd'.repeat(32), latentRanges: [[-1, 1]] };
      await instrument.models.select(library.sha256);
      expect(instrument.state.preset).toMatchObject({ examples: [], trained: null });
      expect(instrument.state.training.report).toBeNull();
      instrument.undo();
      expect(instrument.state.preset.trained).toBe(trained);
      instrument.redo();
      library = manifest;
      trainer.started = 0;
      await instrument.models.select(manifest.sha256);
      expect(instrument.state.preset.examples).toBe(examples);
      expect(instrument.state.preset.trained).toBe(trained);
      expect(instrument.state.training).toMatchObject({ running: false, stale: false });
      expect(instrument.state.training.report).toBe(report);
      expect(trainer.started).toBe(0);
    });

    it('keeps the mapping that an undo brings back', async () => {
      const { trained } = instrument.state.preset;
      weigh(2);
      instrument.undo();
      expect(instrument.state.training).toMatchObject({ running: false, stale: false });
      await trainer.finish();
      expect(instrument.state.preset.trained).toEqual(trained);
      expect(instrument.state.training).toMatchObject({ running: false, stale: false });
    });

    it('ends where the inputs that it was for are gone', async () => {
      instrument.edit({ type: 'learn-automatically', automatic: false });
      void instrument.train();
      instrument.edit({ type: 'add-input', input: {} });
      await trainer.finish();
      expect(instrument.state.training.running).toBe(false);
      expect(instrument.state.preset.trained).toBeNull();
    });

    it('does not take a mapping of other inputs for that of as many new ones', async () => {
      instrument.edit({ type: 'learn-automatically', automatic: false });
      void instrument.train();
      instrument.edit({ type: 'remove-input', index: 0 });
      instrument.edit({ type: 'add-input', input: {} });
      await trainer.finish();
      expect(instrument.state.preset.trained).toBeNull();
      expect(instrument.state.training).toMatchObject({ running: false, stale: true });
    });
  });

  it('waits for the button when learning is not automatic', () => {
    instrument.edit({ type: 'learn-automatically', automatic: false });
    instrument.edit({ type: 'edit-example', id: 'e0', change: { weight: 2 } });
    expect(instrument.state.training).toMatchObject({ running: false, stale: true });
  });

  it('keeps no mapping that its examples have outgrown', async () => {
    instrument.edit({ type: 'edit-example', id: 'e0', change: { latents: [1, 1, 1] } });
    expect(instrument.state.preset.trained).not.toBeNull();
    expect(instrument.document).toEqual({ ...instrument.state.preset, trained: null });
    let learned = false;
    void instrument.settled().then(() => (learned = true));
    await Promise.resolve();
    expect(learned).toBe(false);
    await trainer.finish();
    await instrument.settled();
    expect(instrument.document).toBe(instrument.state.preset);
  });

  // A training of 22 s held a render up beyond the time after which the plugin takes its engine for hung.
  it('holds a render up for at most 15 s, and then warns the player', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] });
    try {
      instrument.edit({ type: 'edit-example', id: 'e0', change: { weight: 2 } });
      let settled = false;
      const waiting = instrument.settled().then(() => (settled = true));
      await jest.advanceTimersByTimeAsync(14_999);
      expect(settled).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      await waiting;
      expect(instrument.state.notice?.text).toMatch(/before the mapping was learned/);
    } finally {
      jest.useRealTimers();
    }
  });
});
