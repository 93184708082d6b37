import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError } from '../errors.js';

const PREFIX = '.staging-';
/** Leftovers of imports that were killed are swept after this long. */
const STALE_MS = 60 * 60 * 1000;

/**
 * A folder that becomes part of the library in one step, or not at all: files are written to a hidden folder
 * beside their place, flushed, and the folder is renamed.
 */
export class Staging {
  private constructor(
    private readonly libraryDir: string,
    readonly dir: string,
  ) {}

  /** @throws TillerError `disk-denied`, `disk-full` */
  static async create(libraryDir: string): Promise<Staging> {
    const dir = join(libraryDir, `${PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`);
    try {
      await sweep(libraryDir);
      await mkdir(dir);
      return new Staging(libraryDir, dir);
    } catch (error) {
      throw fromFileError(error, dir);
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

  /** Puts the folder in its place; one that lies there already is replaced. */
  async commit(name: string): Promise<string> {
    const target = join(this.libraryDir, name);
    const replaced = `${this.dir}-replaced`;
    try {
      const existed = await rename(target, replaced).then(
        () => true,
        () => false,
      );
      try {
        await rename(this.dir, target);
      } catch (error) {
        if (existed) await rename(replaced, target);
        throw error;
      }
      if (existed) await rm(replaced, { recursive: true, force: true });
      return target;
    } catch (error) {
      throw fromFileError(error, target);
    }
  }

  /** Removes what was written so far. */
  async discard(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
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

async function sweep(libraryDir: string): Promise<void> {
  for (const name of await readdir(libraryDir)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(libraryDir, name);
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (age > STALE_MS) await rm(path, { recursive: true, force: true });
  }
}
