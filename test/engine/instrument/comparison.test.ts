import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trainer } from '../../../src/engine/mapping/trainer.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import { samplePreset } from '../../document/sample-presets.js';
import { ManualTrainer, manifest } from './instrument-rig.js';

describe('comparing two states of a document', () => {
  let folder: string;
  let presets: PresetStore;
  let instrument: Instrument;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-compare-'));
    presets = new PresetStore(folder, null);
    instrument = new Instrument({
      link: { send: () => undefined, onReport: () => undefined },
      presets,
      models: { find: () => Promise.resolve({ dir: folder, manifest }) },
      trainer: new ManualTrainer() as unknown as Trainer,
    });
    await instrument.files.open(await presets.saveAs({ ...samplePreset(), name: 'First' }));
  });
  afterEach(async () => {
    await instrument.close();
    await rm(folder, { recursive: true, force: true });
  });

  const setCeiling = (ceilingDb: number) => instrument.edit({ type: 'set-output', change: { ceilingDb } });
  const seen = () => [instrument.state.comparison.side, instrument.state.preset.output.ceilingDb];

  it('begins B as a copy of A, and keeps both as they are left', () => {
    setCeiling(-3);
    instrument.compare();
    expect(seen()).toEqual(['B', -3]);
    setCeiling(-9);
    instrument.compare();
    expect(seen()).toEqual(['A', -3]);
    setCeiling(-4);
    instrument.compare();
    expect(seen()).toEqual(['B', -9]);
    instrument.compare();
    expect(seen()).toEqual(['A', -4]);
  });

  it('is a step of the undo history, whichever side it led to', () => {
    setCeiling(-3);
    instrument.compare();
    setCeiling(-9);
    instrument.compare();
    const steps = [['A', -3]];
    while (instrument.state.undoLabel !== null) {
      instrument.undo();
      steps.push(seen());
    }
    const { ceilingDb } = samplePreset().output;
    expect(steps).toEqual([
      ['A', -3],
      ['B', -9],
      ['B', -3],
      ['A', -3],
      ['A', ceilingDb],
    ]);
    for (let i = 0; i < 4; i++) instrument.redo();
    expect(seen()).toEqual(['A', -3]);
    instrument.compare();
    expect(seen()).toEqual(['B', -9]);
  });

  it('leaves the inputs where they are played', () => {
    instrument.compare();
    instrument.setParameter(0, 0.875, 'page');
    instrument.compare();
    expect(instrument.state.preset.inputs[0]?.value).toBe(0.875);
  });

  it('ends where another document is opened, so that neither is saved over the other', async () => {
    instrument.compare();
    setCeiling(-9);
    await instrument.files.open(await presets.saveAs({ ...samplePreset(), name: 'Second' }));
    expect(instrument.state.comparison).toEqual({ side: 'A', other: null });
    instrument.compare();
    expect(instrument.state.preset.name).toBe('Second');
    // The comparison of the first document comes back with it.
    while (instrument.state.preset.name === 'Second') instrument.undo();
    expect(seen()).toEqual(['B', -9]);
    instrument.compare();
    expect(seen()).toEqual(['A', samplePreset().output.ceilingDb]);
  });
});
