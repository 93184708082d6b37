import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trainer } from '../../../src/engine/mapping/trainer.js';
import { formatPreset } from '../../../src/document/parse-preset.js';
import type { Preset } from '../../../src/document/preset.js';
import { PresetStore } from '../../../src/engine/presets/preset-store.js';
import { Instrument } from '../../../src/engine/instrument/instrument.js';
import { samplePreset } from '../../document/sample-presets.js';
import { ManualTrainer, manifest } from './instrument-rig.js';

/** Writes what is saved after `hold` when it is released. */
class SlowStore extends PresetStore {
  private turn = Promise.resolve();
  goOn: () => void = () => undefined;
  hold(): void {
    this.turn = new Promise((resolve) => (this.goOn = resolve));
  }
  override async save(id: string, preset: Preset): Promise<void> {
    await this.turn;
    await super.save(id, preset);
  }
  override async saveAs(preset: Preset): Promise<string> {
    await this.turn;
    return super.saveAs(preset);
  }
}

describe('a preset that is being written', () => {
  let folder: string;
  let presets: SlowStore;
  let instrument: Instrument;
  let [first, second] = ['', ''];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tiller-saving-'));
    presets = new SlowStore(folder, null);
    first = await presets.saveAs({ ...samplePreset(), name: 'First' });
    second = await presets.saveAs({ ...samplePreset(), name: 'Second' });
    instrument = new Instrument({
      link: { send: () => undefined, onReport: () => undefined },
      presets,
      models: { find: () => Promise.resolve({ dir: folder, manifest }) },
      trainer: new ManualTrainer() as unknown as Trainer,
    });
    await instrument.files.open(first);
  });
  afterEach(async () => {
    await instrument.close();
    await rm(folder, { recursive: true, force: true });
  });

  // Another preset that was opened meanwhile was taken for the saved one, and the next save went over that one's file.
  it.each([
    ['saved', () => instrument.files.save()],
    ['saved as another', () => instrument.files.saveAs('Third')],
  ])('is not mistaken for the one that is opened before it is %s', async (_how, save) => {
    instrument.edit({ type: 'set-seed', seed: 11 });
    presets.hold();
    const saved = save();
    await instrument.files.open(second);
    presets.goOn();
    const id = await saved;
    expect(instrument.state).toMatchObject({ presetId: second, dirty: false });
    instrument.edit({ type: 'set-seed', seed: 22 });
    expect(instrument.state.dirty).toBe(true);
    await instrument.files.save();
    expect((await presets.read(id)).seed).toBe(11);
    expect(await presets.read(second)).toMatchObject({ name: 'Second', seed: 22 });
  });

  // Two instruments that were never named were both saved as Untitled.
  it('gets a number after its name where it is new and another preset has the name', async () => {
    const names: string[] = [];
    for (let i = 0; i < 3; i++) {
      await instrument.files.create();
      await instrument.files.save();
      names.push(instrument.state.preset.name);
    }
    expect(names).toEqual(['Untitled', 'Untitled 2', 'Untitled 3']);
  });

  it('is not taken for the project that the host loads meanwhile', async () => {
    presets.hold();
    const saved = instrument.files.save();
    await instrument.files.load({ ...samplePreset(), name: 'Project' }, 'host');
    presets.goOn();
    await saved;
    expect(instrument.state).toMatchObject({ presetId: null, preset: { name: 'Project' } });
  });

  // A second preset of the same name and by the same author was listed beside the factory's.
  it('gets a name of its own and no author where it is a version of a factory preset', async () => {
    const factory = join(folder, 'factory');
    await mkdir(factory);
    const text = formatPreset({ ...samplePreset(), name: 'Garden', author: 'Tiller' });
    await writeFile(join(factory, 'garden.tiller.json'), text);
    const other = new Instrument({
      link: { send: () => undefined, onReport: () => undefined },
      presets: new PresetStore(join(folder, 'own'), factory),
      models: { find: () => Promise.resolve({ dir: folder, manifest }) },
      trainer: new ManualTrainer() as unknown as Trainer,
    });
    await other.files.open('factory/garden');
    expect(await other.files.save()).toBe('user/garden-2');
    expect(other.state.preset).toMatchObject({ name: 'Garden 2', author: '' });
    expect(await other.files.save()).toBe('user/garden-2');
    await other.close();
  });

  it('stays unsaved as far as it was changed meanwhile', async () => {
    instrument.edit({ type: 'set-seed', seed: 11 });
    presets.hold();
    const saved = instrument.files.save();
    instrument.edit({ type: 'set-seed', seed: 12 });
    presets.goOn();
    await saved;
    expect(instrument.state).toMatchObject({ presetId: first, dirty: true });
    instrument.undo();
    expect(instrument.state.dirty).toBe(false);
  });
});
