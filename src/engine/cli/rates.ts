import { Resampler } from '../audio/resampler.js';
import type { SoundStream } from '../audio/sound-stream.js';

/** Samples that are converted at a time. */
const CHUNK = 4096;

/** A stream at another rate, its start in place; the same where the rates agree or none is asked for. */
export function atRate(stream: SoundStream, rate: number | undefined): SoundStream {
  return rate === undefined || rate === stream.rate ? stream : new ResampledStream(stream, rate);
}

class ResampledStream implements SoundStream {
  readonly channels: number;
  private readonly resampler: Resampler;
  private piece: readonly Float32Array[] | null = null;
  private at = 0;
  private taken = 0;
  private given = 0;
  /** Samples to give in all, known when everything was taken. */
  private wanted = Infinity;

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
    while (ready === 0 && this.given < this.wanted) {
      this.write();
      ready = Math.min(this.resampler.available(), this.wanted - this.given);
    }
    if (ready === 0) return null;
    const piece = this.arrays(ready);
    this.resampler.read(piece, 0, ready);
    this.given += ready;
    return piece;
  }

  /** Takes some of the stream, or silence behind its end. */
  private write(): void {
    this.piece ??= this.stream.next();
    if (this.piece === null) {
      this.wanted = Math.round((this.taken * this.rate) / this.stream.rate);
      this.resampler.write(this.arrays(CHUNK), 0, CHUNK);
      return;
    }
    const length = this.piece[0]?.length ?? 0;
    const count = Math.min(CHUNK, length - this.at);
    this.resampler.write(this.piece, this.at, count);
    this.taken += count;
    this.at += count;
    if (this.at < length) return;
    this.piece = null;
    this.at = 0;
  }

  private arrays(length: number): Float32Array[] {
    return Array.from({ length: this.channels }, () => new Float32Array(length));
  }
}
