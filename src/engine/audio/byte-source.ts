import { closeSync, openSync, readSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError } from '../system/file-error.js';

/** Random access to bytes. Synchronous; one thread. */
export interface ByteSource {
  readonly size: number;
  /**
   * Reads up to `length` bytes from offset `at`; fewer at the end. The result is valid until the next call.
   * @throws TillerError `disk-denied`, `file-missing`
   */
  read(at: number, length: number): Uint8Array;
  close(): void;
}

/** Size of the read buffer: a search in small steps does not need a system call for each. */
const WINDOW_BYTES = 2 ** 16;

/**
 * Opens a file. A pipe is read into memory as a whole; a device is refused.
 * @param name of the file in messages
 * @throws TillerError `file-missing`, `disk-denied`
 */
export async function openBytes(path: string, name: string): Promise<ByteSource> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return new FileBytes(openSync(path, 'r'), stats.size, name);
    // A device may have no end.
    if (stats.isCharacterDevice() || stats.isBlockDevice())
      throw new TillerError('file-missing', `${name} is a device, not a file.`, 'Name a file.');
    return bytesInMemory(await readFile(path));
  } catch (error) {
    throw fromFileError(error, name);
  }
}

/** A source over an array, which must not change. */
export function bytesInMemory(bytes: Uint8Array): ByteSource {
  // Not a Buffer: the WAV decoder expects `slice` to copy.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: plain.length,
    read: (at, length) => plain.subarray(at, at + length),
    close: () => undefined,
  };
}

/** The bytes of a source from an offset on. */
export function bytesFrom(source: ByteSource, offset: number): ByteSource {
  if (offset === 0) return source;
  return {
    size: Math.max(0, source.size - offset),
    read: (at, length) => source.read(offset + at, length),
    close: () => source.close(),
  };
}

class FileBytes implements ByteSource {
  private window = new Uint8Array(WINDOW_BYTES);
  /** Offset of the buffer in the file, and the number of valid bytes in it. */
  private start = 0;
  private filled = 0;
  private open = true;

  constructor(
    private readonly file: number,
    readonly size: number,
    private readonly name: string,
  ) {}

  read(at: number, length: number): Uint8Array {
    const end = Math.min(at + length, this.size);
    if (at < this.start || end > this.start + this.filled) this.fill(at, end - at);
    const from = at - this.start;
    return this.window.subarray(from, Math.min(from + Math.max(0, end - at), this.filled));
  }

  close(): void {
    if (this.open) closeSync(this.file);
    this.open = false;
  }

  private fill(at: number, length: number): void {
    if (length > this.window.length) this.window = new Uint8Array(length);
    this.start = at;
    this.filled = 0;
    try {
      for (let count = -1; count !== 0 && this.filled < this.window.length; this.filled += count)
        count = readSync(
          this.file,
          this.window,
          this.filled,
          this.window.length - this.filled,
          at + this.filled,
        );
    } catch (error) {
      throw fromFileError(error, this.name);
    }
  }
}
