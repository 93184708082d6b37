import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { TillerError } from '../../document/tiller-error.js';
import { systemCode } from '../system/file-error.js';

/**
 * What an engine before this one left at `path`, or null where there is nothing. A file that `parse` throws at is
 * moved aside, so that what is kept from now on does not overwrite it.
 * @param what told of such a file
 * @throws TillerError `preset-invalid` naming where the file is now
 */
export async function readStored<T>(
  path: string,
  what: string,
  parse: (text: string) => T,
): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return parse(text);
  } catch (error) {
    const aside = `${path}.${Date.now()}.unreadable`;
    await rename(path, aside);
    throw new TillerError('preset-invalid', what, `It was kept as ${aside}.`, { cause: error });
  }
}

/** Tells one writing of a file from the next; null where there is none. */
export async function stampOf(path: string): Promise<string | null> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return [ino, mtimeNs, size].join();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * A file that an engine writes again and again, one write after the other. Where another Tiller writes the same one, this one
 * goes on beside it: of two, none is lost. Main thread.
 */
export class StoredFile {
  /** @param stamp of what lies there, if this engine goes on with it */
  constructor(
    private path: string,
    private stamp: string | null,
  ) {}

  /**
   * Replaces the file's text in one step.
   * @returns where it went on instead, if it gave way now, else null
   * @throws errors of the file system
   */
  async write(text: string): Promise<string | null> {
    await mkdir(dirname(this.path), { recursive: true });
    const found = await stampOf(this.path);
    const givesWay = found !== null && found !== this.stamp;
    if (givesWay) this.path = `${this.path}.${Date.now()}.kept`;
    await writeFileAtomic(this.path, text);
    this.stamp = await stampOf(this.path);
    return givesWay ? this.path : null;
  }
}
