import { useModel } from '../../document/use-model.js';
import { emptyPreset } from '../../document/default-preset.js';
import { shareEqualParts } from '../../document/difference.js';
import { NO_STEPS, type OtherDocument, type LoadedFrom } from '../../document/history.js';
import type { Preset } from '../../document/preset.js';
import { freeName } from '../presets/free-name.js';
import type { PresetStore } from '../presets/preset-store.js';
import type { DocumentOwner } from './document-owner.js';
import type { Holds } from './holds.js';
import type { Origin, ProgramSource } from './instrument-state.js';
import type { Learner } from './learner.js';
import type { LoopKeeper } from './loop-keeper.js';
import type { ModelSelection } from './model-selection.js';
import type { StateStore } from './state-store.js';

/** Opens and saves the instrument's document. Of several requests for another document the last one counts. Main thread. */
export class DocumentFiles {
  /** Counts the requests for another document. */
  private requests = 0;
  /** Counts the look-ups of identifiers; the last one that found something. */
  private lookups = 0;
  private found = 0;
  /** Counts the documents that came without an identifier: they are newer than every look-up that is under way. */
  private given = 0;
  /** Counts the documents that were loaded, so that a save knows whether its document is still the present one. */
  private loaded = 0;
  /** Settles with the last program change and those before it. */
  private recalling: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: StateStore,
    private readonly presets: PresetStore,
    private readonly programs: ProgramSource,
    private readonly models: ModelSelection,
    private readonly holds: Holds,
    private readonly learner: Learner,
    private readonly loops: LoopKeeper,
    private readonly owner: DocumentOwner,
  ) {}

  /** Resolves once the preset of the last program change is loaded, or could not be. */
  recalled(): Promise<void> {
    return this.recalling;
  }

  /**
   * Replaces the whole document. Resolves when the streaming worker has been asked to play its model; a model that is missing
   * is shown to the player, and the document keeps everything.
   * @param preset valid, as `parsePreset` returns it
   * @param origin `page` keeps the document before it for undo; any other drops every other document
   * @param from where it was saved, what is saved there, and its undo history
   */
  load(preset: Preset, origin: Origin, from: LoadedFrom = {}): Promise<void> {
    this.given++;
    return this.replace(preset, origin, from);
  }

  private async replace(preset: Preset, origin: Origin, from: LoadedFrom): Promise<void> {
    const { presetId = null, saved = preset, history = NO_STEPS } = from;
    this.requests++;
    this.loaded++;
    if (origin !== 'page') this.store.history.dropOthers();
    this.store.history.restore(history);
    this.store.markSaved(saved && shareEqualParts(saved, preset));
    this.learner.restart(preset);
    this.loops.forget();
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
    await this.models.load(preset.model);
  }

  /**
   * Replaces the document with an empty one; undo leads back. Resolves as `load` does.
   * @param sha256 the model that it plays; the present one where left out
   * @throws TillerError `model-missing` where the library does not have that model; the document is then unchanged
   */
  async create(sha256?: string): Promise<void> {
    const manifest =
      sha256 === undefined ? this.store.state.model.manifest : await this.models.require(sha256);
    const empty = emptyPreset(null, 0);
    this.store.leave(this.owner.document());
    return this.load(manifest ? useModel(empty, manifest, manifest.latentRanges) : empty, 'page');
  }

  /**
   * Replaces the document with a saved preset; undo leads back. Resolves when it is loaded, or when another document was
   * requested meanwhile, which then stays.
   * @param id as the preset store lists it: `factory/NAME` or `user/NAME`
   * @throws TillerError `preset-missing`, `preset-invalid`, `preset-too-new`, `disk-denied`; the document is then unchanged
   */
  open(id: string): Promise<void> {
    return this.openFound(() => Promise.resolve(id));
  }

  /**
   * The same with the preset that the player has assigned to a program; does nothing where there is none.
   * @param program bank × 128 + program of MIDI
   * @param channel 1..16, that the program came on; left out where another has judged it
   */
  openProgram(program: number, channel?: number): Promise<void> {
    return this.openFound(() => this.programs.find(program, channel));
  }

  /** The same for a program change that the player reports: `recalled` waits for it, an error is shown. */
  recall(program: number, channel: number): void {
    const opened = this.openProgram(program, channel).catch((error: unknown) => this.store.notify(error));
    // Both: this one may recall nothing, and leave the one before it.
    const before = this.recalling;
    this.recalling = opened.then(() => before);
  }

  /** Opens a document that undo or redo led to. */
  reopen(left: OtherDocument | null): void {
    if (left) void this.load(left.preset, 'page', left.from);
  }

  /**
   * Saves over the player's preset that was opened. A document without a file is saved as a new preset, with a number after its
   * name where another has that name; a factory preset always with a number, and without its author.
   * @returns the preset's identifier
   * @throws TillerError `disk-full`, `disk-denied`, `preset-invalid` above `MAX_PRESET_BYTES`; the document then stays unsaved
   */
  async save(): Promise<string> {
    const { presetId, preset } = this.store.state;
    if (presetId === null) {
      const stored = await this.presets.list();
      const { name } = preset;
      return this.saveAs(stored.some((entry) => entry.name === name) ? freeName(name, stored) : name);
    }
    if (!presetId.startsWith('user/')) {
      // The player's version must not be mistaken for the factory preset, nor for its author's work.
      const name = freeName(preset.name, await this.presets.list());
      this.owner.edit({ type: 'describe', change: { name, author: '' } });
      return this.saveAs(name);
    }
    return this.write((document) => this.presets.save(presetId, document).then(() => presetId));
  }

  /** Saves the document as a new preset named `name`. @returns its identifier @throws as `save` */
  async saveAs(name: string): Promise<string> {
    if (name !== this.store.state.preset.name) this.owner.edit({ type: 'describe', change: { name } });
    return this.write((document) => this.presets.saveAs(document));
  }

  /** The document's file was deleted: the document stays, unsaved and without an identifier. */
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

  private async openFound(find: () => Promise<string | null>): Promise<void> {
    const lookup = ++this.lookups;
    const { given } = this;
    const id = await find();
    // A program that recalls nothing must not end what was requested before it.
    if (id === null || lookup < this.found || given !== this.given) return;
    this.found = lookup;
    const request = ++this.requests;
    const preset = await this.presets.read(id);
    if (request !== this.requests) return;
    this.store.leave(this.owner.document());
    await this.replace(preset, 'page', { presetId: id });
  }
}
