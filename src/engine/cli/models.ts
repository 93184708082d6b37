import type { ImportOptions } from '../model/import.js';
import { importModel } from '../model/import.js';
import { ModelLibrary, findModel, userLibraryDir } from '../model/library.js';
import type { LibraryEntry } from '../model/library.js';
import type { ModelSource } from '../session/instrument-state.js';
import { shippedFolder } from './places.js';

/** The player's model library with the models that come with Tiller behind it. */
export class Models implements ModelSource {
  private readonly libraries: ModelLibrary[];

  constructor(private readonly userDir = userLibraryDir()) {
    const shipped = shippedFolder('models');
    this.libraries = [new ModelLibrary(userDir), ...(shipped === null ? [] : [new ModelLibrary(shipped)])];
  }

  /** Every model once, the player's copy first. */
  async list(): Promise<LibraryEntry[]> {
    const all = (await Promise.all(this.libraries.map((library) => library.list()))).flat();
    return all.filter(
      (entry, i) => all.findIndex((other) => other.manifest.sha256 === entry.manifest.sha256) === i,
    );
  }

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
  async resolve(what: string, onProgress?: ImportOptions['onProgress']): Promise<LibraryEntry> {
    if (what.endsWith('.ts')) return this.import(what, onProgress);
    return findModel(await this.list(), what);
  }

  import(path: string, onProgress?: ImportOptions['onProgress']): Promise<LibraryEntry> {
    return importModel(path, { libraryDir: this.userDir, ...(onProgress ? { onProgress } : {}) });
  }
}
