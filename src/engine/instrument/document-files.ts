import { useModel } from '../../document/use-model.js';
import { emptyPreset } from '../../document/default-preset.js';
import { shareEqualParts } from '../../document/difference.js';
import type { Edit } from '../../document/edit.js';
import { NO_STEPS, type LeftDocument, type LoadedFrom } from '../../document/history.js';
import type { ModelReference, Preset } from '../../document/preset.js';
import type { ModelManifest } from '../model/manifest.js';
import { freeName } from '../presets/free-name.js';
import type { PresetStore } from '../presets/preset-store.js';
import type { Holds } from './holds.js';
import type { Origin } from './instrument-state.js';
import type { Learner } from './learner.js';
import type { StateStore } from './state-store.js';

/** What opening and saving need of the instrument. */
interface DocumentOwner {
  /** The document as it is saved. */
  document(): Preset;
  /** Makes `next` the present document. */
  adopt(next: Preset, origin: Origin): void;
  /** Has the streaming worker play a model; resolves when it has been told. */
  loadModel(reference: ModelReference | null): Promise<void>;
  edit(edit: Edit): void;
}

/** Opens and saves the instrument's document. Of several requests for another document the last one counts. Main thread. */
export class DocumentFiles {
  /** Counts the requests for another document. */
  private requests = 0;
  /** Counts the documents that were loaded, so that a save knows whether its document is still the present one. */
  private loaded = 0;
  /** The last program change; settles with it. */
  private recalling: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: StateStore,
    private readonly presets: PresetStore,
    private readonly holds: Holds,
    private readonly learner: Learner,
    private readonly owner: DocumentOwner,
  ) {}

  /** Resolves once the preset of the last program change is loaded, or could not be. */
  recalled(): Promise<void> {
    return this.recalling;
  }

  /** See `Instrument.loadPreset`. */
  async load(preset: Preset, origin: Origin, from: LoadedFrom = {}): Promise<void> {
    const { presetId = null, saved = preset, history = NO_STEPS } = from;
    this.requests++;
    this.loaded++;
    if (origin !== 'page') this.store.history.dropOthers();
    this.store.history.restore(history);
    this.store.markSaved(saved && shareEqualParts(saved, preset));
    this.learner.restart(preset);
    if (this.store.state.auditioning !== null) this.holds.audition(null);
    this.store.change(
      {
        presetId,
        midiLearn: null,
        training: { running: false, done: 0, total: 0, report: null, stale: false },
        ...(origin === 'page' ? { notice: null } : {}),
      },
      origin,
    );
    this.owner.adopt(preset, origin);
    await this.owner.loadModel(preset.model);
  }

  /** See `Instrument.newPreset`. */
  create(manifest: ModelManifest | null): Promise<void> {
    const empty = emptyPreset(null, 0);
    this.store.leave(this.owner.document());
    return this.load(manifest ? useModel(empty, manifest, manifest.latentRanges) : empty, 'page');
  }

  /** See `Instrument.openPreset`. */
  open(id: string): Promise<void> {
    return this.openFound(() => Promise.resolve(id));
  }

  /** See `Instrument.openProgram`. */
  openProgram(program: number): Promise<void> {
    return this.openFound(async () => (await this.presets.list())[program]?.id);
  }

  /** The same for a program change that the player reports: `recalled` waits for it, an error is shown. */
  recall(program: number): void {
    this.recalling = this.openProgram(program).catch((error: unknown) => this.store.notify(error));
  }

  /** Opens a document that undo or redo led to. */
  reopen(left: LeftDocument | null): void {
    if (left) void this.load(left.preset, 'page', left.from);
  }

  /** See `Instrument.savePreset`. */
  async save(): Promise<string> {
    const { presetId, preset } = this.store.state;
    if (presetId === null) return this.saveAs(preset.name);
    if (!presetId.startsWith('user/')) {
      // The player's version must not be mistaken for the factory preset, nor for its author's work.
      const name = freeName(preset.name, await this.presets.list());
      this.owner.edit({ type: 'describe', change: { name, author: '' } });
      return this.saveAs(name);
    }
    return this.write((document) => this.presets.save(presetId, document).then(() => presetId));
  }

  /** See `Instrument.savePresetAs`. */
  async saveAs(name: string): Promise<string> {
    if (name !== this.store.state.preset.name) this.owner.edit({ type: 'describe', change: { name } });
    return this.write((document) => this.presets.saveAs(document));
  }

  /** See `Instrument.markFileDeleted`. */
  markDeleted(): void {
    this.store.markSaved(null);
    this.store.change({ presetId: null }, 'page');
  }

  /** A document that was loaded meanwhile keeps its own identifier: the next save must not overwrite the file written here. */
  private async write(save: (document: Preset) => Promise<string>): Promise<string> {
    const { loaded } = this;
    const { preset } = this.store.state;
    const presetId = await save(this.owner.document());
    if (loaded !== this.loaded) return presetId;
    this.store.markSaved(preset);
    this.store.change({ presetId }, 'page');
    return presetId;
  }

  private async openFound(find: () => Promise<string | undefined>): Promise<void> {
    const request = ++this.requests;
    const id = await find();
    if (id === undefined || request !== this.requests) return;
    const preset = await this.presets.read(id);
    if (request !== this.requests) return;
    this.store.leave(this.owner.document());
    await this.load(preset, 'page', { presetId: id });
  }
}
