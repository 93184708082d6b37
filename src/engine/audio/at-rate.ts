import { Resampler } from './resampler.js';
import type { SoundStream } from './sound-stream.js';

/** Samples per channel that are converted at a time. */
const CHUNK = 4096;

/** Converts a stream to another rate (Hz), without delay; the stream itself for its own rate or none. */
export function atRate(stream: SoundStream, rate: number | undefined): SoundStream {
  return rate === undefined || rate === stream.rate ? stream : new ResampledStream(stream, rate);
}

class ResampledStream implements SoundStream {
  readonly channels: number;
  private readonly resampler: Resampler;
  private piece: readonly Float32Array[] | null = null;
  private at = 0;
  /** Input and output samples per channel so far. */
  private read = 0;
  private written = 0;
  /** Total output samples per channel, known at the end of the input. */
  private total = Infinity;

  constructor(
    private readonly stream: SoundStream,
    readonly rate: number,
  ) {
    this.channels = stream.channels;
    this.resampler = new Resampler({
      from: stream.rate,
      to: rate,
      channels: this.channels,
      capacity: CHUNK,
    });
  }

  next(): Float32Array[] | null {
    let ready = 0;
    while (ready === 0 && this.written < this.total) {
      this.write();
      ready = Math.min(this.resampler.available(), this.total - this.written);
    }
    if (ready === 0) return null;
    const piece = this.arrays(ready);
    this.resampler.read(piece, 0, ready);
    this.written += ready;
    return piece;
  }

  /** Writes the next part of the stream to the resampler, or silence after its end. */
  private write(): void {
    this.piece ??= this.stream.next();
    if (this.piece === null) {
      this.total = Math.round((this.read * this.rate) / this.stream.rate);
      this.resampler.write(this.arrays(CHUNK), 0, CHUNK);
      return;
    }
    const length = this.piece[0]?.length ?? 0;
    const count = Math.min(CHUNK, length - this.at);
    this.resampler.write(this.piece, this.at, count);
    this.read += count;
    this.at += count;
    if (this.at < length) return;
    this.piece = null;
    this.at = 0;
  }

  private arrays(length: number): Float32Array[] {
    return Array.from({ length: this.channels }, () => new Float32Array(length));
  }
}
