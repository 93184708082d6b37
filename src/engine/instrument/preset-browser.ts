import type { ModelBrowser } from './model-browser.js';
import { createNanoEvents } from 'nanoevents';
import { formatPreset } from '../../document/parse-preset.js';
import { readPresetFile, type PresetStore } from '../presets/preset-store.js';
import { TillerError } from '../../document/tiller-error.js';
import type { Instrument } from './instrument.js';
import type { PresetEntry } from '../../protocol/interface.js';

type PresetInstrument = Pick<
  Instrument,
  'state' | 'edit' | 'newPreset' | 'openPreset' | 'savePreset' | 'savePresetAs'
>;

/** The preset store as the page browses it: the list is read again after each change. Main thread. */
export class PresetBrowser {
  entries: PresetEntry[] = [];
  private readonly events = createNanoEvents<{ change: () => void }>();
  /** What was deleted, by the identifier it had; what was deleted last comes back first. */
  private readonly removed = new Map<string, string[]>();

  private constructor(
    private readonly store: PresetStore,
    private readonly instrument: PresetInstrument,
    private readonly models: Pick<ModelBrowser, 'cards' | 'subscribe'>,
  ) {}

  static async open(
    store: PresetStore,
    instrument: PresetInstrument,
    models: Pick<ModelBrowser, 'cards' | 'subscribe'>,
  ): Promise<PresetBrowser> {
    const browser = new PresetBrowser(store, instrument, models);
    await browser.refresh();
    // A model that arrives makes its presets playable.
    let { cards } = models;
    models.subscribe(() => {
      if (models.cards === cards) return;
      cards = models.cards;
      void browser.refresh();
    });
    return browser;
  }

  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  create(): Promise<void> {
    return this.instrument.newPreset();
  }

  open(id: string): Promise<void> {
    return this.instrument.openPreset(id);
  }

  async save(): Promise<void> {
    await this.instrument.savePreset();
    await this.refresh();
  }

  async saveAs(name: string): Promise<void> {
    await this.instrument.savePresetAs(name);
    await this.refresh();
  }

  async rename(id: string, name: string): Promise<void> {
    await this.store.rename(id, name);
    // As it is by now: another one may have been opened meanwhile.
    const { presetId, dirty } = this.instrument.state;
    if (id === presetId) {
      this.instrument.edit({ type: 'describe', change: { name } });
      // Unsaved work stays unsaved: only the name was asked for.
      if (!dirty) await this.instrument.savePreset();
    }
    await this.refresh();
  }

  async duplicate(id: string): Promise<void> {
    const preset = await this.store.read(id);
    await this.store.saveAs({ ...preset, name: this.freeName(preset.name) });
    await this.refresh();
  }

  async remove(id: string): Promise<void> {
    const token = await this.store.remove(id);
    this.removed.set(id, [...(this.removed.get(id) ?? []), token]);
    await this.refresh();
  }

  async restore(id: string): Promise<void> {
    const tokens = this.removed.get(id) ?? [];
    // A second press finds nothing left to restore.
    const token = tokens.pop();
    if (token === undefined) {
      throw new TillerError('preset-missing', 'There is nothing to restore.', 'Look for it in the list.');
    }
    try {
      await this.store.restore(token);
    } catch (error) {
      tokens.push(token);
      throw error;
    }
    await this.refresh();
  }

  async import(path: string): Promise<string> {
    const id = await this.store.saveAs(await readPresetFile(path));
    await this.refresh();
    return id;
  }

  async export(id: string): Promise<string> {
    return formatPreset(await this.store.read(id));
  }

  private freeName(name: string): string {
    const taken = new Set(this.entries.map((entry) => entry.name));
    const base = name.replace(/ \d+$/, '').slice(0, 110);
    let number = 2;
    while (taken.has(`${base} ${number}`)) number += 1;
    return `${base} ${number}`;
  }

  private async refresh(): Promise<void> {
    const present = new Set(this.models.cards.map(({ sha256 }) => sha256));
    this.entries = (await this.store.list()).map(
      ({ id, name, tags, author, description, model, factory, problem }) => ({
        id,
        name,
        tags: [...tags],
        author,
        description,
        model,
        factory,
        problem,
        modelPresent: model === null || present.has(model.sha256),
      }),
    );
    this.events.emit('change');
  }
}
