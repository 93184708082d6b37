import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError } from '../system/file-error.js';

const HEADER_BYTES = 58;
const IEEE_FLOAT = 3;
const BYTES_PER_SAMPLE = 4;
/** The sizes in the header are 32 bits wide. */
const MAX_DATA_BYTES = 0xffff_ffff - HEADER_BYTES;
/** Sample frames that are interleaved at a time. */
const CHUNK_FRAMES = 16_384;

export interface WavOptions {
  readonly rate: number;
  readonly channels: number;
  /** Replace an existing file; otherwise it is an error. */
  readonly overwrite?: boolean;
}

/** Header of a WAV of 32-bit floats (RIFF WAVE with `fmt `, `fact` and `data`). */
function wavHeader(rate: number, channels: number, frames: number): Buffer {
  const dataBytes = frames * channels * BYTES_PER_SAMPLE;
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(18, 16);
  header.writeUInt16LE(IEEE_FLOAT, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * channels * BYTES_PER_SAMPLE, 28);
  header.writeUInt16LE(channels * BYTES_PER_SAMPLE, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write('fact', 38, 'latin1');
  header.writeUInt32LE(4, 42);
  header.writeUInt32LE(frames, 46);
  header.write('data', 50, 'latin1');
  header.writeUInt32LE(dataBytes, 54);
  return header;
}

/**
 * Writes a WAV of 32-bit floats in pieces. It is written under a temporary name and renamed in `close`: until then, and after
 * `discard`, an existing file is unchanged. Synchronous; one thread.
 */
export class WavWriter {
  private readonly partial: string;
  private file: number | null;
  private frames = 0;
  private readonly interleaved: Float32Array;

  /** @throws TillerError `file-exists`, `disk-denied`, `file-missing` (no such folder), `disk-full` */
  constructor(
    private readonly path: string,
    private readonly options: WavOptions,
  ) {
    if (options.overwrite !== true && existsSync(path)) {
      throw new TillerError(
        'file-exists',
        `${path} exists already.`,
        'Choose another name, or allow overwriting.',
      );
    }
    this.partial = `${path}.${process.pid}.partial`;
    this.interleaved = new Float32Array(CHUNK_FRAMES * options.channels);
    try {
      this.file = openSync(this.partial, 'w');
    } catch (error) {
      throw fromFileError(error, path);
    }
    this.write(wavHeader(options.rate, options.channels, 0));
  }

  /** Sample frames written so far. */
  get length(): number {
    return this.frames;
  }

  /**
   * Appends `count` sample frames.
   * @param channels one array per channel
   * @throws TillerError `disk-full`, or `argument-invalid` beyond the 4 GB limit of WAV; the written file is then removed
   */
  append(channels: readonly Float32Array[], count: number): void {
    const width = this.options.channels;
    if ((this.frames + count) * width * BYTES_PER_SAMPLE > MAX_DATA_BYTES) {
      this.discard();
      throw new TillerError(
        'argument-invalid',
        `${this.path} would be larger than the 4 GB that a WAV file can hold.`,
        'Render a shorter part.',
      );
    }
    for (let from = 0; from < count; from += CHUNK_FRAMES) {
      const part = Math.min(CHUNK_FRAMES, count - from);
      for (let c = 0; c < width; c += 1) {
        const source = channels[c];
        for (let i = 0; i < part; i += 1) this.interleaved[i * width + c] = source?.[from + i] ?? 0;
      }
      this.write(Buffer.from(this.interleaved.buffer, 0, part * width * BYTES_PER_SAMPLE));
    }
    this.frames += count;
  }

  /** Completes the header and renames the file to its final name. @throws TillerError as `append` */
  close(): void {
    if (this.file === null) return;
    this.write(wavHeader(this.options.rate, this.options.channels, this.frames), 0);
    try {
      closeSync(this.file);
      this.file = null;
      renameSync(this.partial, this.path);
    } catch (error) {
      this.discard();
      throw fromFileError(error, this.path);
    }
  }

  /** Removes the written file. */
  discard(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
    rmSync(this.partial, { force: true });
  }

  private write(bytes: Buffer, position: number | null = null): void {
    if (this.file === null) throw new Error('the WAV file is closed');
    try {
      for (let done = 0; done < bytes.length;) {
        const at = position === null ? null : position + done;
        done += writeSync(this.file, bytes, done, bytes.length - done, at);
      }
    } catch (error) {
      this.discard();
      throw fromFileError(error, this.path);
    }
  }
}
