import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError } from '../system/file-error.js';

/** Largest file that is opened, in bytes: the largest known RAVE export is 400 MB. */
const MAX_FILE_BYTES = 1024 ** 3;

/** A file's content and its SHA-256 in hexadecimal. */
export interface ModelFile {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly sha256: string;
}

/**
 * Reads a file of bounded size into one buffer.
 * @throws TillerError `file-missing`, `disk-denied`, `archive-too-large`
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = await readWhole(file, await boundedSize(file, path));
      return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fromFileError(error, path);
  }
}

async function boundedSize(file: FileHandle, path: string): Promise<number> {
  const stats = await file.stat();
  // A device may never end, and a pipe has no size. Reading a folder gives the error that names it.
  if (!stats.isFile() && !stats.isDirectory())
    throw new TillerError('file-missing', `${path} is no ordinary file.`, 'Name a file.');
  if (stats.size > MAX_FILE_BYTES)
    throw new TillerError(
      'archive-too-large',
      `${path} is larger than ${MAX_FILE_BYTES / 1024 ** 2} MB.`,
      'RAVE models are far smaller. Check that this is the right file.',
    );
  return stats.size;
}

async function readWhole(file: FileHandle, size: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(size));
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
