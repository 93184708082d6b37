import { createNanoEvents } from 'nanoevents';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ModelLibrary } from '../model/library/model-library.js';
import type { LibraryEntry } from '../model/library/model-folder.js';
import type { Instrument } from './instrument.js';
import type { ImportProgress, ModelCard } from '../../protocol/interface.js';

type ShelvedModels = Pick<ModelLibrary, 'list' | 'import' | 'owns' | 'remove' | 'restore'>;
type ModelInstrument = Pick<Instrument, 'lookForModel' | 'state'>;

/** What a model's maker says of it, in `card.json` beside the model. Anything else in the file is passed over. */
const makersCardSchema = z.object({
  title: z.string().max(200).optional(),
  character: z.string().max(2000).optional(),
  trainedOn: z.string().max(4000).optional(),
  licence: z.string().max(200).optional(),
  dimensions: z
    .array(z.object({ label: z.string().max(200) }))
    .max(128)
    .optional(),
});
type MakersCard = z.infer<typeof makersCardSchema>;

/** The model library as the page browses it, with the cards and the import that runs. Main thread. */
export class ModelBrowser {
  cards: ModelCard[] = [];
  importing: ImportProgress | null = null;
  private readonly events = createNanoEvents<{ change: () => void }>();
  private imports = 0;
  /** The import that runs, and those that wait for it: each takes a processor and hundreds of megabytes. */
  private queue: Promise<unknown> = Promise.resolve();
  private cancelling = new AbortController();
  private closed = false;

  private constructor(
    private readonly models: ShelvedModels,
    private readonly instrument: ModelInstrument,
    /** Models that come with Tiller, each in a folder by its hash, its card in one by its name; null where there are none. */
    private readonly bundledFolder: string | null,
  ) {}

  static async open(
    models: ShelvedModels,
    instrument: ModelInstrument,
    bundledFolder: string | null,
  ): Promise<ModelBrowser> {
    const browser = new ModelBrowser(models, instrument, bundledFolder);
    await browser.refresh();
    return browser;
  }

  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  import(path: string, fileName: string): Promise<string> {
    const turn = this.queue.then(() => this.importNow(path, fileName));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  cancelImport(id: number): void {
    if (this.importing?.id !== id) return;
    this.cancelling.abort();
    this.importing = { ...this.importing, step: 'Cancelling' };
    this.events.emit('change');
  }

  /** Cancels what is being imported and what waits; settles once nothing of it is left. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelling.abort();
    await this.queue;
  }

  private async importNow(path: string, file: string): Promise<string> {
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
      const { manifest } = await this.models.import(path, { onProgress, signal });
      return manifest.sha256;
    } finally {
      this.importing = null;
      await this.refresh();
    }
  }

  /** Takes a model out of the library. Where it plays, the instrument says what it misses and keeps the rest. */
  async remove(sha256: string): Promise<void> {
    await this.models.remove(sha256);
    await this.follow(sha256);
  }

  async restore(sha256: string): Promise<void> {
    await this.models.restore(sha256);
    await this.follow(sha256);
  }

  private async follow(sha256: string): Promise<void> {
    await this.refresh();
    if (this.instrument.state.preset.model?.sha256 === sha256) await this.instrument.lookForModel();
  }

  private async refresh(): Promise<void> {
    const entries = await this.models.list();
    this.cards = await Promise.all(entries.map((entry) => this.card(entry)));
    this.events.emit('change');
  }

  private async card(entry: LibraryEntry): Promise<ModelCard> {
    const { dir, manifest } = entry;
    const own = await readMakersCard(join(dir, 'card.json'));
    // Another model may have the name of one that comes with Tiller: what that one's card says is not true of it.
    const bundled =
      own === null && this.bundledFolder !== null && existsSync(join(this.bundledFolder, manifest.sha256))
        ? await readMakersCard(join(this.bundledFolder, manifest.name, 'card.json'))
        : null;
    const maker = own ?? bundled;
    const { sha256, name, sampleRate, hop, latentDims, inputChannels, outputChannels, parameters } = manifest;
    const sentences = [maker?.character, maker?.trainedOn && `Trained on ${maker.trainedOn}`].filter(Boolean);
    return {
      sha256,
      name,
      sampleRate,
      hop,
      latentDims,
      inputChannels,
      outputChannels,
      parameters,
      streaming: manifest.streaming,
      delaySamples: manifest.delaySamples,
      licence: manifest.licence ?? maker?.licence ?? null,
      latentRanges: manifest.latentRanges,
      text: sentences.length === 0 ? null : `${sentences.join('. ')}.`,
      dimensionLabels: maker?.dimensions?.map(({ label }) => label) ?? [],
      bundled: bundled !== null,
      removable: this.models.owns(entry),
    };
  }
}

async function readMakersCard(path: string): Promise<MakersCard | null> {
  try {
    const parsed = makersCardSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
