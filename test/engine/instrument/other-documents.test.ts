import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trainer } from '../../../src/engine/mapping/trainer.js';
import type { ModelManifest } from '../../../src/engine/model/manifest.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import { samplePreset } from '../../document/sample-presets.js';
import { ManualTrainer, manifest } from './instrument-rig.js';

/** Work that was not saved was lost where another preset was opened: by one key, or by a program change. */
describe('a document that another one replaces', () => {
  let folder: string;
  let presets: PresetStore;
  let trainer: ManualTrainer;
  let instrument: Instrument;
  let first: string;
  let second: string;
  let other: ModelManifest | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-left-'));
    presets = new PresetStore(folder, null);
    trainer = new ManualTrainer();
    instrument = new Instrument({
      link: { send: () => undefined, onReport: () => undefined },
      presets,
      models: {
        find: (sha256) =>
          Promise.resolve(
            [manifest, other].flatMap((one) =>
              one?.sha256 === sha256 ? [{ dir: folder, manifest: one }] : [],
            )[0] ?? null,
          ),
      },
      trainer: trainer as unknown as Trainer,
    });
    first = await presets.saveAs({ ...samplePreset(), name: 'First' });
    second = await presets.saveAs({ ...samplePreset(), name: 'Second', seed: 9 });
    await instrument.files.open(first);
  });
  afterEach(async () => {
    await instrument.close();
    await rm(folder, { recursive: true, force: true });
  });

  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const seen = () => {
    const { preset, presetId, dirty, undoLabel, redoLabel } = instrument.state;
    return { name: preset.name, ceiling: preset.output.ceilingDb, presetId, dirty, undoLabel, redoLabel };
  };
  const work = () => instrument.edit({ type: 'set-output', change: { ceilingDb: -9 } });

  it('comes back by undo as it was left, with its place and its steps', async () => {
    const { ceilingDb } = samplePreset().output;
    expect(instrument.state.undoLabel).toBeNull();
    work();
    await instrument.files.open(second);
    expect(seen()).toMatchObject({
      name: 'Second',
      presetId: second,
      dirty: false,
      undoLabel: 'open preset',
    });
    instrument.undo();
    await settled();
    expect(seen()).toMatchObject({ name: 'First', ceiling: -9, presetId: first, dirty: true });
    expect(seen().redoLabel).toBe('open preset');
    instrument.undo();
    expect(seen()).toMatchObject({ ceiling: ceilingDb, dirty: false, undoLabel: null });
    instrument.redo();
    instrument.redo();
    await settled();
    expect(seen()).toMatchObject({ name: 'Second', presetId: second, dirty: false, redoLabel: null });
    // Saving goes where the document belongs.
    instrument.undo();
    await settled();
    await instrument.files.save();
    expect((await presets.read(first)).output.ceilingDb).toBe(-9);
    expect((await presets.read(second)).name).toBe('Second');
  });

  it('comes back from a new preset, too, and learns again what it had not learned yet', async () => {
    instrument.edit({
      type: 'add-example',
      example: { label: 'kept', inputs: samplePreset().inputs.map(() => 0.5), latents: [0, 1, 2] },
    });
    await instrument.files.create();
    expect(seen()).toMatchObject({ name: 'Untitled', presetId: null, undoLabel: 'open preset' });
    trainer.cancel();
    instrument.undo();
    await settled();
    expect(instrument.state.preset.examples.at(-1)?.label).toBe('kept');
    expect(trainer.waiting).toHaveLength(1);
  });

  it('comes back from a new preset on another model', async () => {
    other = { ...manifest, sha256: 'cd'.repeat(32), name: 'other', latentRanges: [[-1, 1]] };
    await instrument.files.create(other.sha256);
    const { preset } = instrument.state;
    expect(preset.model).toEqual({ name: 'other', sha256: other.sha256 });
    expect([preset.examples, preset.otherModels, preset.steering.dimensions.length]).toEqual([[], [], 1]);
    await expect(instrument.files.create('ff'.repeat(32))).rejects.toMatchObject({ code: 'model-missing' });
    expect(instrument.state.preset).toBe(preset);
    instrument.undo();
    await settled();
    expect(seen()).toMatchObject({ name: 'First', presetId: first });
    expect(instrument.state.preset.examples).toHaveLength(2);
  });

  it('is neither left nor changed where its model is chosen again', async () => {
    await instrument.models.select(manifest.sha256);
    expect(seen()).toMatchObject({ dirty: false, undoLabel: null });
  });

  it('is dropped where nobody worked on it, and where the host loads a project', async () => {
    await instrument.files.create();
    await instrument.files.create();
    await instrument.files.open(second);
    instrument.undo();
    await settled();
    expect(seen()).toMatchObject({ name: 'First', presetId: first });
    work();
    await instrument.files.load(samplePreset(), 'host');
    expect(seen()).toMatchObject({ undoLabel: null, redoLabel: null });
  });
});
