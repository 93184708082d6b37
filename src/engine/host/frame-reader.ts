import { readSync } from 'node:fs';
import { FRAME_HEADER_BYTES, MAX_PAYLOAD_BYTES } from '../../protocol/plugin.js';
import { TillerError } from '../../document/tiller-error.js';

const CAPACITY = FRAME_HEADER_BYTES + MAX_PAYLOAD_BYTES;

/** Reads up to `length` bytes into `bytes` from `offset`, waiting for at least one; 0 at the end. */
export type ReadSome = (bytes: Buffer, offset: number, length: number) => number;

/** Reads a file descriptor of this thread's own, waiting. */
export const readDescriptor =
  (fd: number): ReadSome =>
  (bytes, offset, length) =>
    readSync(fd, bytes, offset, length, null);

/**
 * Cuts a pipe into frames of the plugin protocol, waiting for each. Nothing is allocated per frame: the payload of
 * the last frame lies in `bytes` from `start`, `length` bytes long, until the next call. Streaming thread.
 */
export class FrameReader {
  readonly bytes = Buffer.allocUnsafeSlow(CAPACITY);
  type = 0;
  start = 0;
  length = 0;
  /** Where the frame after the last one begins, and where what was read ends. */
  private next = 0;
  private end = 0;

  constructor(private readonly readSome: ReadSome) {}

  /**
   * Waits for a whole frame. False when the pipe has ended.
   * @throws TillerError `message-invalid` when what arrives is no frame.
   */
  read(): boolean {
    if (!this.fill(FRAME_HEADER_BYTES)) return false;
    const length = this.bytes.readUInt32LE(this.next);
    const type = this.bytes.readUInt16LE(this.next + 4);
    const reserved = this.bytes.readUInt16LE(this.next + 6);
    if (length > MAX_PAYLOAD_BYTES || reserved !== 0)
      throw new TillerError('message-invalid', 'The plugin sent something that is not a frame.');
    if (!this.fill(FRAME_HEADER_BYTES + length)) return false;
    this.type = type;
    this.start = this.next + FRAME_HEADER_BYTES;
    this.length = length;
    this.next = this.start + length;
    return true;
  }

  /** Waits until `needed` bytes of the next frame are there. */
  private fill(needed: number): boolean {
    if (this.next + needed > CAPACITY) {
      this.bytes.copyWithin(0, this.next, this.end);
      this.end -= this.next;
      this.next = 0;
    }
    while (this.end - this.next < needed) {
      if (this.next === this.end) this.next = this.end = 0;
      const count = this.readSome(this.bytes, this.end, CAPACITY - this.end);
      if (count === 0) return false;
      this.end += count;
    }
    return true;
  }
}
