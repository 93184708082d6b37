const CHANNELS = 2;
const BYTES_PER_FRAME = 4 * CHANNELS;
/** RIFF's head, the chunks `fmt ` and `fact`, and the head of `data`. */
const HEADER_BYTES = 58;
/** Samples per channel that are handed to the browser at once: it keeps a blob outside the page's memory where it is large. */
const PIECE_FRAMES = 1 << 16;
/** RIFF counts bytes in 32 bits. */
const MAX_FRAMES = Math.floor((0xffff_ffff - HEADER_BYTES) / BYTES_PER_FRAME);
/** WAVE_FORMAT_IEEE_FLOAT. */
const FLOAT = 3;

/** The header of a WAV file of 32-bit float samples (RIFF, Microsoft's "Multimedia Programming Interface", 1991, with `fact`). */
function wavHeader(rate: number, frames: number): ArrayBuffer {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  let at = 0;
  const text = (name: string) => {
    for (const character of name) header.setUint8(at++, character.charCodeAt(0));
  };
  const uint16 = (value: number) => {
    header.setUint16(at, value, true);
    at += 2;
  };
  const uint32 = (value: number) => {
    header.setUint32(at, value, true);
    at += 4;
  };
  const bytes = frames * BYTES_PER_FRAME;
  text('RIFF');
  uint32(HEADER_BYTES - 8 + bytes);
  text('WAVEfmt ');
  uint32(18);
  uint16(FLOAT);
  uint16(CHANNELS);
  uint32(rate);
  uint32(rate * BYTES_PER_FRAME);
  uint16(BYTES_PER_FRAME);
  uint16(32);
  uint16(0);
  text('fact');
  uint32(4);
  uint32(frames);
  text('data');
  uint32(bytes);
  return header.buffer;
}

/** A WAV file of two channels of 32-bit float samples, to which audio is added bit for bit. */
export class StereoWav {
  private readonly pieces: Blob[] = [];
  private piece = new Float32Array(PIECE_FRAMES * CHANNELS);
  private filled = 0;
  /** Samples per channel so far. */
  frames = 0;

  /** @param rate in Hz, a whole number */
  constructor(readonly rate: number) {}

  /** Length so far. */
  get seconds(): number {
    return this.frames / this.rate;
  }

  /** @returns false where the file is full; the samples are then not added */
  add(channels: readonly Float32Array[], frames: number): boolean {
    if (this.frames + frames > MAX_FRAMES) return false;
    const left = channels[0];
    const right = channels[1] ?? left;
    for (let i = 0; i < frames; i++) {
      this.piece[this.filled++] = left?.[i] ?? 0;
      this.piece[this.filled++] = right?.[i] ?? 0;
      if (this.filled === this.piece.length) this.flush();
    }
    this.frames += frames;
    return true;
  }

  /** The file with everything that was added. */
  file(): Blob {
    this.flush();
    return new Blob([wavHeader(this.rate, this.frames), ...this.pieces], { type: 'audio/wav' });
  }

  /** A blob copies what it is made of, so that the piece can be filled again. */
  private flush(): void {
    if (this.filled > 0) this.pieces.push(new Blob([this.piece.subarray(0, this.filled)]));
    this.filled = 0;
  }
}
