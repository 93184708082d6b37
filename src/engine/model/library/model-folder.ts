import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { TillerError } from '../../../document/tiller-error.js';
import { fromFileError } from '../../system/file-error.js';
import { type ModelManifest, manifestSchema } from '../manifest.js';
import { renamePatiently } from '../../system/rename.js';

export const MANIFEST_FILE = 'model.json';
const TRASH = '.trash';
/** What was removed can be restored for this long. */
const TRASH_MILLISECONDS = 30 * 24 * 3600 * 1000;

/** The player's own library, by the platform's convention. */
export function userLibraryDir(): string {
  return join(envPaths('tiller', { suffix: '' }).data, 'models');
}

/** One imported model: its folder and what is known of it. */
export interface LibraryEntry {
  readonly dir: string;
  readonly manifest: ModelManifest;
}

/** A model in the trash. */
export interface TrashedModel {
  readonly manifest: ModelManifest;
  /** When it was removed, in milliseconds since 1970. */
  readonly removedMs: number;
}

/** A folder of imported models, one folder each, named by the SHA-256 of the file they came from. */
export class ModelFolder {
  constructor(readonly dir: string = userLibraryDir()) {}

  /** All models that can be read, by name. Damaged ones are left out, as is a library that is not there yet. */
  async list(): Promise<LibraryEntry[]> {
    let names: string[];
    try {
      names = await readdir(this.dir);
    } catch {
      return [];
    }
    const entries = await Promise.all(
      names.filter((name) => /^[0-9a-f]{64}$/.test(name)).map((name) => this.read(name)),
    );
    return entries
      .filter((entry) => entry !== null)
      .sort((a, b) => a.manifest.name.localeCompare(b.manifest.name));
  }

  /** The model with this SHA-256, or null. */
  async get(sha256: string): Promise<LibraryEntry | null> {
    return /^[0-9a-f]{64}$/.test(sha256) ? this.read(sha256) : null;
  }

  /** `findModel` among the models of this library. */
  async find(what: string): Promise<LibraryEntry> {
    return findModel(await this.list(), what);
  }

  /**
   * Moves a model to the library's trash, where it stays for thirty days.
   * @throws TillerError `model-missing` when there is none, `disk-denied`
   */
  async remove(sha256: string): Promise<void> {
    const entry = await this.get(sha256);
    if (entry === null) throw new TillerError('model-missing', 'This model is not in the library.');
    const trash = join(this.dir, TRASH);
    try {
      await mkdir(trash, { recursive: true });
      await renamePatiently(entry.dir, join(trash, `${sha256}.${Date.now()}`));
    } catch (error) {
      throw fromFileError(error, entry.dir);
    }
    for (const { name, removedMs } of await this.removed())
      if (Date.now() - removedMs > TRASH_MILLISECONDS)
        await rm(join(trash, name), { recursive: true, force: true });
  }

  /**
   * Brings back a model that was removed; one that is in the library again stays as it is.
   * @throws TillerError `model-missing` when the trash has it no more, `disk-denied`
   */
  async restore(sha256: string): Promise<void> {
    if ((await this.get(sha256)) !== null) return;
    const latest = (await this.removed())
      .filter(({ name }) => name.startsWith(`${sha256}.`))
      .sort((a, b) => b.removedMs - a.removedMs)[0];
    if (latest === undefined)
      throw new TillerError('model-missing', 'This model is gone.', 'Import its .ts file again.');
    const place = join(this.dir, sha256);
    try {
      await renamePatiently(join(this.dir, TRASH, latest.name), place);
    } catch (error) {
      throw fromFileError(error, place);
    }
  }

  /** The models in the trash, each once, the one that was removed last first. Damaged ones are left out. */
  async trashed(): Promise<TrashedModel[]> {
    const removed = (await this.removed()).sort((a, b) => b.removedMs - a.removedMs);
    const models = new Map<string, TrashedModel>();
    for (const { name, removedMs } of removed) {
      const sha256 = name.slice(0, 64);
      if (models.has(sha256)) continue;
      const entry = await this.read(sha256, join(this.dir, TRASH, name));
      if (entry !== null) models.set(sha256, { manifest: entry.manifest, removedMs });
    }
    return [...models.values()];
  }

  /** Removes every model in the trash for good. @throws TillerError `disk-denied` */
  async emptyTrash(): Promise<void> {
    const trash = join(this.dir, TRASH);
    try {
      for (const { name } of await this.removed())
        await rm(join(trash, name), { recursive: true, force: true });
    } catch (error) {
      throw fromFileError(error, trash);
    }
  }

  /** Makes the folder. @throws TillerError `disk-denied`, `disk-full` */
  async create(): Promise<void> {
    try {
      await mkdir(this.dir, { recursive: true });
    } catch (error) {
      throw fromFileError(error, this.dir);
    }
  }

  private async removed(): Promise<{ name: string; removedMs: number }[]> {
    const names = await readdir(join(this.dir, TRASH)).catch(() => []);
    return names.flatMap((name) => {
      const removed = /^[0-9a-f]{64}\.(\d+)$/.exec(name);
      return removed === null ? [] : [{ name, removedMs: Number(removed[1]) }];
    });
  }

  private async read(sha256: string, dir = join(this.dir, sha256)): Promise<LibraryEntry | null> {
    try {
      const parsed = manifestSchema.safeParse(JSON.parse(await readFile(join(dir, MANIFEST_FILE), 'utf8')));
      return parsed.success && parsed.data.sha256 === sha256 ? { dir, manifest: parsed.data } : null;
    } catch {
      return null;
    }
  }
}

/**
 * A model by its name, or by the first six or more digits of its SHA-256.
 * @throws TillerError `model-missing` when none or several fit
 */
export function findModel(entries: readonly LibraryEntry[], what: string): LibraryEntry {
  const isHash = /^[0-9a-f]{6,64}$/.test(what);
  const found = entries.filter(
    ({ manifest }) => manifest.name === what || (isHash && manifest.sha256.startsWith(what)),
  );
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const names = entries.map(({ manifest }) => `${manifest.name} (${manifest.sha256.slice(0, 8)})`);
  throw new TillerError(
    'model-missing',
    first === undefined
      ? `There is no model "${what}" in the library.`
      : `Several models are called "${what}".`,
    names.length === 0 ? 'Import one first.' : `The library has: ${names.join(', ')}.`,
  );
}
