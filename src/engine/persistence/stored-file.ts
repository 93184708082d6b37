import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { TillerError } from '../../document/tiller-error.js';
import { systemCode } from '../system/file-error.js';
import { fileStamp } from '../system/file-stamp.js';
import { renamePatiently } from '../system/rename.js';

/**
 * Reads a file that an earlier engine wrote; null where there is none. A file that `parse` refuses is renamed, so that the
 * next write does not overwrite it.
 * @param problem message of the error for such a file
 * @throws TillerError `preset-invalid` with the file's new name; errors of the file system
 */
export async function readStored<T>(
  path: string,
  problem: string,
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
    await renamePatiently(path, aside);
    throw new TillerError('preset-invalid', problem, `The file was renamed to ${aside}.`, { cause: error });
  }
}

/**
 * A file that an engine rewrites as its content changes; writes must not overlap. Where another process has written the
 * same file meanwhile, this engine continues in a new file beside it, so that neither overwrites the other. Main thread.
 */
export class StoredFile {
  /** @param stamp of the version that this engine has read; null where it has read none */
  constructor(
    private path: string,
    private stamp: string | null,
  ) {}

  /**
   * Replaces the file's content atomically.
   * @returns the path of the new file, where another process's file made it necessary; else null
   * @throws errors of the file system; a new file that could not be written is not continued with
   */
  async write(text: string): Promise<string | null> {
    const found = await fileStamp(this.path);
    const isForeign = found !== null && found !== this.stamp;
    const path = isForeign ? `${this.path}.${Date.now()}.kept` : this.path;
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, text);
    this.path = path;
    this.stamp = await fileStamp(path);
    return isForeign ? path : null;
  }
}
