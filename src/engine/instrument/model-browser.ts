import { createNanoEvents } from 'nanoevents';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MAX_LATENTS } from '../../document/limits.js';
import { compareNames } from '../system/natural-order.js';
import { TillerError } from '../../document/tiller-error.js';
import type { ModelLibrary } from '../model/library/model-library.js';
import type { LibraryEntry } from '../model/library/model-folder.js';
import { effectWords } from '../../protocol/effect-words.js';
import { isEffect } from '../model/manifest.js';
import { hasPrior } from '../model/run/model-kind.js';
import { addLight } from '../model/precision/add-light.js';
import { readReport } from '../model/report/report-file.js';
import type { Instrument } from './instrument.js';
import type { ModelSelection } from './model-selection.js';
import type { ImportProgress, ModelCard, TrashedItem } from '../../protocol/interface.js';

type LibraryModels = Pick<
  ModelLibrary,
  'list' | 'import' | 'owns' | 'remove' | 'restore' | 'trashed' | 'emptyTrash'
>;
type ModelInstrument = Pick<Instrument, 'state'> & { readonly models: Pick<ModelSelection, 'lookAgain'> };

/** A model's description by its maker, in `card.json` beside the model. Unknown fields are ignored. */
const makersCardSchema = z.object({
  title: z.string().max(200).optional(),
  character: z.string().max(2000).optional(),
  trainedOn: z.string().max(4000).optional(),
  licence: z.string().max(200).optional(),
  dimensions: z
    .array(z.object({ label: z.string().max(200) }))
    .max(MAX_LATENTS)
    .optional(),
});
type MakersCard = z.infer<typeof makersCardSchema>;

/** The model library as the page shows it, with each model's card and the running import. Main thread. */
export class ModelBrowser {
  cards: ModelCard[] = [];
  /** Models in the library's trash, the one that was removed last first; their tokens are their SHA-256. */
  trashed: TrashedItem[] = [];
  importing: ImportProgress | null = null;
  /** The model whose light form is being made, by its SHA-256; null while none is. */
  tryingLight: string | null = null;
  private readonly events = createNanoEvents<{ change: () => void }>();
  private imports = 0;
  /** The last import; one runs at a time, since each takes a processor core and hundreds of megabytes. */
  private queue: Promise<unknown> = Promise.resolve();
  private cancelling = new AbortController();
  /** Light forms that are being made, one after the other. */
  private lightQueue: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();
  private closed = false;

  private constructor(
    private readonly models: LibraryModels,
    private readonly instrument: ModelInstrument,
    /** Bundled models, each in a folder named by its hash, its card in a folder named by the model; null where there are none. */
    private readonly bundledFolder: string | null,
  ) {}

  /** A browser that has read the library. @throws errors of the file system */
  static async open(
    models: LibraryModels,
    instrument: ModelInstrument,
    bundledFolder: string | null,
  ): Promise<ModelBrowser> {
    const browser = new ModelBrowser(models, instrument, bundledFolder);
    await browser.refresh();
    return browser;
  }

  /**
   * Calls `listener` after each change of `cards`, `trashed`, `importing` or `tryingLight`.
   * @returns a function that ends the subscription
   */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /**
   * Imports a `.ts` file after those that wait already; it does not play yet, but listens where the preset listens with it.
   * @param fileName shown with the progress
   * @param sampleRate in Hz, in place of the one that the file states
   * @returns the model's SHA-256
   * @throws TillerError as the import says: `model-rate` where the file states no sample rate and none is given; `import-cancelled`
   */
  import(path: string, fileName: string, sampleRate?: number): Promise<string> {
    const turn = this.queue.then(() => this.importNow(path, fileName, sampleRate));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /** Cancels the running import where its number is `id`. */
  cancelImport(id: number): void {
    if (this.importing?.id !== id) return;
    this.cancelling.abort();
    this.importing = { ...this.importing, step: 'Cancelling' };
    this.events.emit('change');
  }

  /** Cancels every import and the making of light forms; resolves when all have ended. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelling.abort();
    this.closing.abort();
    await this.queue;
    await this.lightQueue;
  }

  private async importNow(path: string, file: string, sampleRate?: number): Promise<string> {
    this.cancelling = new AbortController();
    if (this.closed) this.cancelling.abort();
    const { signal } = this.cancelling;
    const id = ++this.imports;
    const onProgress = (progress: number, step: string) => {
      if (signal.aborted) return;
      this.importing = { id, file, progress, step };
      this.events.emit('change');
    };
    onProgress(0, 'Reading the file');
    try {
      const rate = sampleRate === undefined ? {} : { sampleRate };
      const imported = await this.models.import(path, { onProgress, signal, ...rate });
      const { sha256 } = imported.manifest;
      // Where it cannot be made the model plays exactly, and another import tries again.
      if (this.models.owns(imported)) this.makeLight(imported, false).catch(() => undefined);
      const { listenWith } = this.instrument.state.preset;
      if (listenWith?.model.sha256 === sha256) await this.instrument.models.lookAgain();
      return sha256;
    } finally {
      this.importing = null;
      await this.refresh();
    }
  }

  /**
   * Makes the light form of a model anew, as after its import.
   * @throws TillerError `model-missing` where the player's own library does not have it, and as `addLight` does
   */
  async tryLight(sha256: string): Promise<void> {
    const entry = (await this.models.list()).find(({ manifest }) => manifest.sha256 === sha256);
    if (entry === undefined || !this.models.owns(entry))
      throw new TillerError(
        'model-missing',
        'This model is not in your own library.',
        'Import its .ts file to make a light form.',
      );
    await this.makeLight(entry, true);
  }

  /**
   * Makes a model's light form after those that wait already, while it may be playing. Where there is one then, and the document asks
   * for it, it is played.
   * @param again where it was tried before
   * @throws as `addLight`
   */
  private makeLight(entry: LibraryEntry, again: boolean): Promise<void> {
    const made = this.lightQueue.then(async () => {
      const { signal } = this.closing;
      this.showLight(entry.manifest.sha256);
      try {
        const tried = await addLight(entry, { again, signal });
        if (tried !== entry) await this.follow(tried.manifest.sha256);
      } finally {
        this.showLight(null);
      }
    });
    this.lightQueue = made.catch(() => undefined);
    return made;
  }

  private showLight(sha256: string | null): void {
    this.tryingLight = sha256;
    this.events.emit('change');
  }

  /** Moves a model to the library's trash. Where it plays, the instrument keeps everything else and shows it as missing. */
  async remove(sha256: string): Promise<void> {
    await this.models.remove(sha256);
    await this.follow(sha256);
  }

  /** Restores the model that was last removed. @throws TillerError `model-missing` where the trash does not have it any more */
  async restore(sha256: string): Promise<void> {
    await this.models.restore(sha256);
    await this.follow(sha256);
  }

  /** Removes every model in the trash for good. */
  async emptyTrash(): Promise<void> {
    await this.models.emptyTrash();
    await this.refresh();
  }

  private async follow(sha256: string): Promise<void> {
    await this.refresh();
    const { model, listenWith } = this.instrument.state.preset;
    if (model?.sha256 === sha256 || listenWith?.model.sha256 === sha256)
      await this.instrument.models.lookAgain();
  }

  private async refresh(): Promise<void> {
    const entries = [...(await this.models.list())].sort((a, b) =>
      compareNames(a.manifest.name, b.manifest.name),
    );
    this.cards = await Promise.all(entries.map((entry) => this.card(entry)));
    this.trashed = (await this.models.trashed()).map(({ manifest, removedMs }) => ({
      token: manifest.sha256,
      name: manifest.name,
      deletedMs: removedMs,
    }));
    this.events.emit('change');
  }

  private async card(entry: LibraryEntry): Promise<ModelCard> {
    const { dir, manifest } = entry;
    const own = await readMakersCard(join(dir, 'card.json'));
    // The card of a bundled model must not be shown for another model of the same name.
    const bundled =
      own === null && this.bundledFolder !== null && existsSync(join(this.bundledFolder, manifest.sha256))
        ? await readMakersCard(join(this.bundledFolder, manifest.name, 'card.json'))
        : null;
    const maker = own ?? bundled;
    const report = await readReport(dir);
    const sentences = [maker?.character, maker?.trainedOn && `Trained on ${maker.trainedOn}`];
    return {
      sha256: manifest.sha256,
      name: manifest.name,
      sampleRate: manifest.sampleRate,
      hop: manifest.hop,
      latentDims: manifest.latentDims,
      fullLatentDims: manifest.fullLatentDims,
      inputChannels: manifest.inputChannels,
      outputChannels: manifest.outputChannels,
      parameters: manifest.parameters,
      streaming: manifest.streaming,
      hasPrior: hasPrior(manifest),
      hasEncoder: manifest.hasNoEncoder !== true && !isEffect(manifest),
      delaySamples: manifest.delaySamples,
      licence: manifest.licence ?? maker?.licence ?? null,
      latentRanges: manifest.latentRanges,
      text: descriptionOf(sentences),
      dimensionLabels:
        maker?.dimensions?.map(({ label }) => label) ??
        report?.latents.map((latent) => effectWords(latent) ?? 'not measured') ??
        [],
      report,
      bundled: bundled !== null,
      removable: this.models.owns(entry),
    };
  }
}

/**
 * A maker's sentences without full stops as a text for players: without files of the maker, such as (`models/training/corpus`).
 * @returns null where there are none
 */
function descriptionOf(sentences: readonly (string | undefined)[]): string | null {
  const text = sentences
    .map((sentence = '') => sentence.replace(/\s*\(`[^`]*`\)/g, '').trim())
    .filter((sentence) => sentence !== '')
    .map((sentence) => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`);
  return text.length === 0 ? null : text.join(' ');
}

async function readMakersCard(path: string): Promise<MakersCard | null> {
  try {
    const parsed = makersCardSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
