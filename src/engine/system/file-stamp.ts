import { stat } from 'node:fs/promises';
import { systemCode } from './file-error.js';

/**
 * Identifies one version of a file (inode, time of modification, size); null where there is no file.
 * @throws errors of the file system
 */
export async function fileStamp(path: string): Promise<string | null> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return [ino, mtimeNs, size].join();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
