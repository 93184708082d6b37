import { TillerError } from '../../document/tiller-error.js';
import { type ByteSource, bytesInMemory, openBytes } from './byte-source.js';
import { decodePieces, unreadable } from './decode.js';
import type { Decoded, Pieces } from './pieces.js';
import { SoundReader, type SoundStream, gatherSound } from './sound-stream.js';

/** Most samples of a file that is read into memory, all channels together. */
const MAX_SAMPLES = 2 ** 28;
const MIN_FILE_RATE = 4000;
const MAX_FILE_RATE = 384_000;
const MAX_FILE_CHANNELS = 2;

export interface AudioFile {
  /** Hz, a whole number. */
  readonly rate: number;
  /** One or two, all of the same length, at least one sample. Full scale is ±1. */
  readonly channels: Float32Array[];
  /** Number of samples that were not finite; they are replaced by 0. */
  readonly notFinite: number;
}

/**
 * A WAV, AIFF, FLAC, MP3 or Ogg file as a stream, recognised by its content: one or two channels, at least one sample, full scale ±1.
 * Only AIFF is read into memory as a whole. Must be closed by the caller. One thread.
 */
export class AudioStream implements SoundStream {
  readonly rate: number;
  readonly channels: number;
  /** Number of samples so far that were not finite; they are replaced by 0. */
  notFinite = 0;
  private first: Decoded | null;

  private constructor(
    private readonly file: ByteSource,
    private readonly name: string,
    private readonly source: Pieces,
    private readonly progress: { at: number },
  ) {
    this.first = this.decode();
    if (this.first === null) throw unreadable(name, 'it contains no audio', 'Export it again.');
    const { channelData, sampleRate } = this.first;
    this.channels = channelData.length;
    this.rate = Math.round(sampleRate);
    if (this.channels > MAX_FILE_CHANNELS)
      throw unreadable(name, `it has ${this.channels} channels`, 'Export it in mono or stereo.');
    if (!(sampleRate >= MIN_FILE_RATE && sampleRate <= MAX_FILE_RATE))
      throw unreadable(name, `its sample rate is ${sampleRate} Hz`, 'Export it at 44.1 or 48 kHz.');
  }

  /**
   * @param name of the file in messages
   * @throws TillerError `file-missing`, `disk-denied`, or `audio-unreadable` with what is wrong
   */
  static async open(path: string, name = path): Promise<AudioStream> {
    return AudioStream.of(await openBytes(path, name), name);
  }

  /** `open` from a byte source, which is closed where it contains no audio. */
  static async of(file: ByteSource, name: string): Promise<AudioStream> {
    const progress = { at: 0 };
    let source: Pieces | null = null;
    try {
      source = await decodePieces(file, name, (at) => (progress.at = at));
      return new AudioStream(file, name, source, progress);
    } catch (error) {
      source?.pieces.return();
      file.close();
      throw damage(error, name);
    }
  }

  /** Number of samples of all channels together; null where the header does not contain it. */
  get samples(): number | null {
    return this.source.samples;
  }

  /** Share of the file that has been read, 0..1. */
  get share(): number {
    return this.progress.at / this.file.size;
  }

  next(): Float32Array[] | null {
    const piece = this.first ?? this.decode();
    this.first = null;
    if (piece === null) return null;
    const { channelData, sampleRate } = piece;
    if (channelData.length !== this.channels || Math.round(sampleRate) !== this.rate)
      throw unreadable(this.name, 'its channels or sample rate change within the file', 'Export it again.');
    for (const channel of channelData) {
      for (let i = 0; i < channel.length; i += 1) {
        if (Number.isFinite(channel[i])) continue;
        channel[i] = 0;
        this.notFinite += 1;
      }
    }
    return channelData;
  }

  close(): void {
    this.source.pieces.return();
    this.file.close();
  }

  /** The next piece with samples; null at the end. */
  private decode(): Decoded | null {
    try {
      for (;;) {
        const { done, value } = this.source.pieces.next();
        if (done === true) return null;
        if ((value.channelData[0]?.length ?? 0) > 0) return value;
      }
    } catch (error) {
      throw damage(error, this.name);
    }
  }
}

function damage(error: unknown, name: string): TillerError {
  if (error instanceof TillerError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return unreadable(name, `it is damaged (${reason})`, 'Export it again.', error);
}

/**
 * Reads a whole WAV, AIFF, FLAC, MP3 or Ogg file into memory.
 * @param name of the file in messages
 * @throws TillerError `file-missing`, `disk-denied`, or `audio-unreadable` with what is wrong
 */
export async function readAudio(path: string, name = path): Promise<AudioFile> {
  return readWhole(await AudioStream.open(path, name), name);
}

/**
 * `readAudio` from bytes.
 * @throws TillerError `audio-unreadable`
 */
export async function decodeAudio(bytes: Uint8Array, name: string): Promise<AudioFile> {
  return readWhole(await AudioStream.of(bytesInMemory(bytes), name), name);
}

function readWhole(stream: AudioStream, name: string): AudioFile {
  try {
    const check = (length: number) => checkLength(length * stream.channels, name);
    const channels =
      stream.samples === null
        ? gatherSound(stream, check)
        : takeSound(stream, Math.floor(stream.samples / stream.channels), check);
    return { rate: stream.rate, channels, notFinite: stream.notFinite };
  } finally {
    stream.close();
  }
}

function checkLength(samples: number, name: string): void {
  if (samples > MAX_SAMPLES)
    throw unreadable(name, `it is longer than ${MAX_SAMPLES} samples`, 'Cut it into shorter files.');
}

/** Reads at most `frames` samples per channel. */
function takeSound(stream: AudioStream, frames: number, check: (length: number) => void): Float32Array[] {
  check(frames);
  const whole = Array.from({ length: stream.channels }, () => new Float32Array(frames));
  const length = new SoundReader(stream).read(whole, frames);
  return whole.map((channel) => (channel.length > length ? channel.slice(0, length) : channel));
}
