/** Audio that is read once, piece by piece. One thread. */
export interface SoundStream {
  /** Hz, a whole number. */
  readonly rate: number;
  readonly channels: number;
  /**
   * The next piece: one array per channel, all of one length above 0, full scale ±1. Null at the end.
   * @throws TillerError where the rest cannot be decoded
   */
  next(): readonly Float32Array[] | null;
}

/** A stream of one piece. @param rate in Hz */
export function wholeSound(rate: number, channels: readonly Float32Array[]): SoundStream {
  let left = (channels[0]?.length ?? 0) > 0 ? channels : null;
  return {
    rate,
    channels: channels.length,
    next: () => {
      const piece = left;
      left = null;
      return piece;
    },
  };
}

/**
 * Reads a whole stream. @returns one array per channel
 * @param check called with the samples per channel so far, before each piece is stored; may throw
 */
export function gatherSound(
  stream: SoundStream,
  check: (length: number) => void = () => undefined,
): Float32Array[] {
  const pieces: (readonly Float32Array[])[] = [];
  let length = 0;
  for (let piece = stream.next(); piece !== null; piece = stream.next()) {
    length += piece[0]?.length ?? 0;
    check(length);
    pieces.push(piece);
  }
  const whole = Array.from({ length: stream.channels }, () => new Float32Array(length));
  let at = 0;
  for (const piece of pieces) {
    piece.forEach((samples, c) => whole[c]?.set(samples, at));
    at += piece[0]?.length ?? 0;
  }
  return whole;
}

/** Reads a stream in blocks of any size. */
export class SoundReader {
  private piece: readonly Float32Array[] | null = null;
  private at = 0;

  constructor(private readonly stream: SoundStream) {}

  /**
   * Copies the next `count` samples per channel to the start of each array.
   * @returns the number of samples per channel, less than `count` only at the end
   * @throws TillerError as the stream does
   */
  read(target: readonly Float32Array[], count: number): number {
    let done = 0;
    while (done < count) {
      this.piece ??= this.stream.next();
      if (this.piece === null) break;
      const length = this.piece[0]?.length ?? 0;
      const part = Math.min(count - done, length - this.at);
      this.piece.forEach((samples, c) => target[c]?.set(samples.subarray(this.at, this.at + part), done));
      done += part;
      this.at += part;
      if (this.at < length) continue;
      this.piece = null;
      this.at = 0;
    }
    return done;
  }
}
