import { dirname } from 'node:path';
import { TillerError } from '../../../document/tiller-error.js';
import { ModelFolder, findModel } from './model-folder.js';
import type { LibraryEntry, TrashedModel } from './model-folder.js';

/** How an import is followed and ended. */
export interface ImportControl {
  /** Called with the share of the work that is done, 0..1, and what is being done. */
  readonly onProgress?: (share: number, step: string) => void;
  /** Ends the import with the signal's reason; the library stays as it was. */
  readonly signal?: AbortSignal;
  /** The model's sample rate in Hz, in place of the one that its file states: 8000 to 192000. */
  readonly sampleRate?: number;
}

/** Imports the file at `path` into the library at `libraryDir`. @throws TillerError */
type Importer = (path: string, options: ImportControl & { libraryDir: string }) => Promise<LibraryEntry>;

/** The player's model library with the models that come with Tiller behind it. */
export class ModelLibrary {
  private readonly own: ModelFolder;
  private readonly libraries: ModelFolder[];

  /**
   * @param userDir the player's own library
   * @param bundledDir the models that come with Tiller; null where there are none
   */
  constructor(
    userDir: string,
    bundledDir: string | null,
    private readonly importer: Importer,
  ) {
    this.own = new ModelFolder(userDir);
    this.libraries = [this.own, ...(bundledDir === null ? [] : [new ModelFolder(bundledDir)])];
  }

  /** The player's own library. */
  get dir(): string {
    return this.own.dir;
  }

  /** Every model once, the player's copy first. */
  async list(): Promise<LibraryEntry[]> {
    const all = (await Promise.all(this.libraries.map((library) => library.list()))).flat();
    return all.filter(
      (entry, i) => all.findIndex((other) => other.manifest.sha256 === entry.manifest.sha256) === i,
    );
  }

  /** The model of this identity (64 hexadecimal digits); null where the library does not have it. */
  async find(sha256: string): Promise<LibraryEntry | null> {
    for (const library of this.libraries) {
      const entry = await library.get(sha256);
      if (entry !== null) return entry;
    }
    return null;
  }

  /**
   * A model by name, by the start of its SHA-256, or a `.ts` file, which is imported first.
   * @throws TillerError `model-missing`, or as an import does
   */
  async resolve(what: string): Promise<LibraryEntry> {
    if (/\.ts$/i.test(what)) return this.import(what);
    return findModel(await this.list(), what);
  }

  /** Whether a model lies in the player's own library, and not among those that come with Tiller. */
  owns({ dir }: LibraryEntry): boolean {
    return dirname(dir) === this.own.dir;
  }

  /** Moves a model of the player's own to the trash. @throws TillerError `model-missing`, `disk-denied` */
  async remove(sha256: string): Promise<void> {
    const entry = await this.find(sha256);
    if (entry !== null && !this.owns(entry))
      throw new TillerError(
        'disk-denied',
        'The models that come with Tiller cannot be removed.',
        'Hide it by a search instead.',
      );
    await this.own.remove(sha256);
  }

  /** Brings back what `remove` took. @throws TillerError `model-missing`, `disk-denied` */
  restore(sha256: string): Promise<void> {
    return this.own.restore(sha256);
  }

  /** The models in the trash, each once, the one that was removed last first. */
  trashed(): Promise<TrashedModel[]> {
    return this.own.trashed();
  }

  /** Removes every model in the trash for good. @throws TillerError `disk-denied` */
  emptyTrash(): Promise<void> {
    return this.own.emptyTrash();
  }

  import(path: string, options: ImportControl = {}): Promise<LibraryEntry> {
    return this.importer(path, { ...options, libraryDir: this.own.dir });
  }
}
