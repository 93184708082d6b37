import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trainer } from '../../../src/engine/mapping/trainer.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import type { StreamCommand } from '../../../src/engine/stream/messages.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import { samplePreset } from '../../document/sample-presets.js';
import { HeldTrainer, manifest } from './instrument-rig.js';

describe('an instrument that learns', () => {
  let folder: string;
  let sent: StreamCommand[];
  let trainer: HeldTrainer;
  let instrument: Instrument;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-learning-'));
    sent = [];
    trainer = new HeldTrainer();
    instrument = new Instrument({
      link: { send: (command) => sent.push(command), onReport: () => undefined },
      presets: new PresetStore(folder, null),
      models: { find: () => Promise.resolve({ dir: folder, manifest }) },
      trainer: trainer as unknown as Trainer,
    });
    await instrument.loadPreset(samplePreset(), 'page');
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

  it('drops a training that newer examples have overtaken', async () => {
    instrument.edit({ type: 'edit-example', id: 'e0', change: { weight: 2 } });
    instrument.edit({ type: 'edit-example', id: 'e0', change: { weight: 3 } });
    expect(trainer.waiting).toHaveLength(1);
    await trainer.finish();
    expect(types()).toEqual(['mapping']);
    expect(instrument.state.training.stale).toBe(false);
  });

  describe('with a training that runs', () => {
    const mappings = () => sent.filter(({ type }) => type === 'mapping');
    const weigh = (weight: number) =>
      instrument.edit({ type: 'edit-example', id: 'e0', change: { weight, latents: [weight, 0, 0] } });

    it('never gives its mapping to a preset that is opened meanwhile', async () => {
      const learned = instrument.document;
      weigh(2);
      await instrument.loadPreset(learned, 'page');
      sent.length = 0;
      await trainer.finish();
      expect(mappings()).toEqual([]);
      expect(instrument.state.preset.trained).toEqual(learned.trained);
      expect(instrument.state.training).toMatchObject({ running: false, stale: false });
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
});
