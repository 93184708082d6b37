import type { ModelBrowser } from './model-browser.js';
import { createNanoEvents } from 'nanoevents';
import { formatPreset } from '../../document/parse-preset.js';
import { readPresetFile } from '../presets/preset-file.js';
import { freeName } from '../presets/free-name.js';
import type { PresetStore } from '../presets/preset-store.js';
import type { DocumentFiles } from './document-files.js';
import type { Instrument } from './instrument.js';
import type { PresetEntry, TrashedItem } from '../../protocol/interface.js';

type PresetInstrument = Pick<Instrument, 'state' | 'edit'> & {
  readonly files: Pick<DocumentFiles, 'create' | 'open' | 'save' | 'saveAs' | 'markDeleted'>;
};

/** The preset store as the page shows it: listed again after each change. Main thread. */
export class PresetBrowser {
  entries: PresetEntry[] = [];
  /** Deleted presets, the one that was deleted last first. */
  trashed: TrashedItem[] = [];
  private readonly events = createNanoEvents<{ change: () => void }>();

  private constructor(
    private readonly store: PresetStore,
    private readonly instrument: PresetInstrument,
    private readonly models: Pick<ModelBrowser, 'cards' | 'subscribe'>,
  ) {}

  /** A browser that has listed the store. @throws as `PresetStore.list` */
  static async open(
    store: PresetStore,
    instrument: PresetInstrument,
    models: Pick<ModelBrowser, 'cards' | 'subscribe'>,
  ): Promise<PresetBrowser> {
    const browser = new PresetBrowser(store, instrument, models);
    await browser.refresh();
    // A model that was imported makes its presets playable.
    let { cards } = models;
    models.subscribe(() => {
      if (models.cards === cards) return;
      cards = models.cards;
      void browser.refresh();
    });
    return browser;
  }

  /** Calls `listener` after each change of `entries` or `trashed`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** @param model SHA-256 of the model that it plays; the present one where left out */
  create(model?: string): Promise<void> {
    return this.instrument.files.create(model);
  }

  /** See `DocumentFiles.open`. */
  open(id: string): Promise<void> {
    return this.instrument.files.open(id);
  }

  /** See `DocumentFiles.save`. */
  async save(): Promise<void> {
    await this.instrument.files.save();
    await this.refresh();
  }

  /** See `DocumentFiles.saveAs`. */
  async saveAs(name: string): Promise<void> {
    await this.instrument.files.saveAs(name);
    await this.refresh();
  }

  /**
   * Renames a preset of the player's, and the open document where it is that preset's.
   * @throws TillerError as `PresetStore.rename`
   */
  async rename(id: string, name: string): Promise<void> {
    await this.store.rename(id, name);
    // Read after the wait: another preset may have been opened meanwhile.
    const { presetId, dirty } = this.instrument.state;
    if (id === presetId) {
      this.instrument.edit({ type: 'describe', change: { name } });
      // Other unsaved changes stay unsaved: the player asked for the name only.
      if (!dirty) await this.instrument.files.save();
    }
    await this.refresh();
  }

  /** Saves a copy of a preset under a free name. @throws TillerError as `PresetStore.read` and `saveAs` */
  async duplicate(id: string): Promise<void> {
    const preset = await this.store.read(id);
    await this.store.saveAs({ ...preset, name: freeName(preset.name, this.entries) });
    await this.refresh();
  }

  /**
   * Moves a preset of the player's to the trash; an open document of it stays, unsaved.
   * @throws TillerError `disk-denied` for a factory preset
   */
  async remove(id: string): Promise<void> {
    await this.store.remove(id);
    if (this.instrument.state.presetId === id) this.instrument.files.markDeleted();
    await this.refresh();
  }

  /** Restores the preset that was last deleted under this identifier. @throws TillerError `preset-missing` */
  async restore(id: string): Promise<void> {
    await this.store.restoreLatest(id);
    await this.refresh();
  }

  /** Restores a preset of `trashed`. @throws TillerError `preset-missing` where it is not in the trash any more */
  async restoreTrashed(token: string): Promise<void> {
    try {
      await this.store.restore(token);
    } finally {
      await this.refresh();
    }
  }

  /** Removes every deleted preset for good. */
  async emptyTrash(): Promise<void> {
    await this.store.emptyTrash();
    await this.refresh();
  }

  /**
   * Saves a preset file as a new preset.
   * @returns its identifier
   * @throws TillerError `preset-invalid`, `preset-too-new`, and as `PresetStore.saveAs`
   */
  async import(path: string): Promise<string> {
    const id = await this.store.saveAs(await readPresetFile(path));
    await this.refresh();
    return id;
  }

  /** The text of a preset's file. @throws TillerError as `PresetStore.read` */
  async export(id: string): Promise<string> {
    return formatPreset(await this.store.read(id));
  }

  private async refresh(): Promise<void> {
    const present = new Set(this.models.cards.map(({ sha256 }) => sha256));
    this.entries = (await this.store.list()).map((preset) => ({
      ...preset,
      modelPresent: preset.model === null || present.has(preset.model.sha256),
    }));
    this.trashed = await this.store.trashed();
    this.events.emit('change');
  }
}
