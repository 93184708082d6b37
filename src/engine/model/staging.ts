import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
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

  /** Writes a file from pieces and flushes it to the disk. @throws TillerError `disk-full`, `disk-denied` */
  async write(name: string, pieces: readonly Uint8Array[]): Promise<void> {
    const path = join(this.dir, name);
    try {
      const file = await open(path, 'wx');
      try {
        for (const piece of pieces) {
          for (let done = 0; done < piece.length;) {
            const { bytesWritten } = await file.write(piece, done);
            done += bytesWritten;
          }
        }
        await file.sync();
      } finally {
        await file.close();
      }
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

async function sweep(libraryDir: string): Promise<void> {
  for (const name of await readdir(libraryDir)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(libraryDir, name);
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (age > STALE_MS) await rm(path, { recursive: true, force: true });
  }
}
