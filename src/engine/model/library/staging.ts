import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError, systemCode } from '../../system/file-error.js';
import { renamePatiently } from '../../system/rename.js';

/** Followed by when the import began, in milliseconds: a model that is being replaced is older than its import. */
const PREFIX = '.staging-';
/** Staging folders of imports that were killed are removed after this time. */
const STALE_MS = 60 * 60 * 1000;

/**
 * A folder that is added to the library atomically: files are written to a hidden folder beside the final one, flushed, and
 * the folder is renamed.
 */
export class Staging {
  private constructor(
    private readonly libraryDir: string,
    readonly dir: string,
  ) {}

  /** A folder with a unique name; nothing is created yet. */
  static plan(libraryDir: string): Staging {
    const name = `${PREFIX}${Date.now()}-${randomBytes(6).toString('hex')}`;
    return new Staging(libraryDir, join(libraryDir, name));
  }

  /** Makes the folder; the library is there. @throws TillerError `disk-denied`, `disk-full` */
  async create(): Promise<void> {
    try {
      await removeStale(this.libraryDir);
      await mkdir(this.dir);
    } catch (error) {
      throw fromFileError(error, this.dir);
    }
  }

  /** Writes a file and flushes it to the disk. @throws TillerError `disk-full`, `disk-denied` */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const file = await this.openFile(name);
    try {
      file.write(bytes);
    } finally {
      await file.finish();
    }
  }

  /** Opens a file that is written while it is computed. @throws TillerError `disk-full`, `disk-denied` */
  async openFile(name: string): Promise<StagedFile> {
    const path = join(this.dir, name);
    try {
      return new StagedFile(path, await open(path, 'wx'));
    } catch (error) {
      throw fromFileError(error, path);
    }
  }

  /** Renames the folder to its final name, replacing a folder of that name. @returns its path */
  async commit(name: string): Promise<string> {
    const target = join(this.libraryDir, name);
    const replaced = `${this.dir}-replaced`;
    try {
      const existed = await renamePatiently(target, replaced).then(
        () => true,
        (error: unknown) => {
          if (systemCode(error) === 'ENOENT') return false;
          throw error;
        },
      );
      try {
        await renamePatiently(this.dir, target);
      } catch (error) {
        if (existed) await renamePatiently(replaced, target);
        throw error;
      }
      if (existed) await rm(replaced, { recursive: true, force: true });
      return target;
    } catch (error) {
      throw fromFileError(error, target);
    }
  }

  /** Removes what was written so far. Errors are ignored (a later import removes the rest): the caller reports its own. */
  async discard(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A file of the folder, written piece by piece on the thread that computes the pieces. */
export class StagedFile {
  constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Appends; the bytes may be reused afterwards. @throws TillerError `disk-full`, `disk-denied` */
  write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.file.fd, bytes, done);
    } catch (error) {
      throw fromFileError(error, this.path);
    }
  }

  /** Flushes to the disk and closes. @throws TillerError `disk-full`, `disk-denied` */
  async finish(): Promise<void> {
    try {
      await this.file.sync();
    } catch (error) {
      throw fromFileError(error, this.path);
    } finally {
      await this.file.close();
    }
  }
}

/** Removes stale staging folders; those that cannot be removed are left to a later import. */
async function removeStale(libraryDir: string): Promise<void> {
  for (const name of await readdir(libraryDir)) {
    if (!name.startsWith(PREFIX)) continue;
    const began = Number.parseInt(name.slice(PREFIX.length), 10);
    if (Date.now() - began > STALE_MS)
      await rm(join(libraryDir, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
