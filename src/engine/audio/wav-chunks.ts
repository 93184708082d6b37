const HEADER_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
/** Stands for a size that is elsewhere (RF64's `ds64`) or was not known when the header was written. */
const UNKNOWN_SIZE = 0xffff_ffff;
const PCM = 1;
const EXTENSIBLE = 0xfffe;
const ADPCM = [2, 0x11];

/** The two chunks of a WAV that make its sound, as they lie in the file. */
export interface WavChunks {
  readonly format: Uint8Array;
  readonly data: Uint8Array;
}

const tag = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Whether the bytes are a WAV: RIFF, or RF64 (EBU Tech 3306), which recorders and DAWs write for long takes. */
export const isWav = (bytes: Uint8Array): boolean =>
  ['RIFF', 'RF64'].includes(tag(bytes, 0)) && tag(bytes, 8) === 'WAVE';

/** Finds the chunks in whatever order and company they stand; null where one of them is missing. */
export function findWavChunks(bytes: Uint8Array): WavChunks | null {
  const view = viewOf(bytes);
  let format: Uint8Array | null = null;
  let data: Uint8Array | null = null;
  let dataBytes64: number | null = null;
  for (let at = HEADER_BYTES; at + CHUNK_HEAD_BYTES <= bytes.length && (format === null || data === null);) {
    const name = tag(bytes, at);
    const start = at + CHUNK_HEAD_BYTES;
    let size = view.getUint32(at + 4, true);
    if (name === 'ds64' && start + 16 <= bytes.length)
      dataBytes64 = Number(view.getBigUint64(start + 8, true));
    if (name === 'data') {
      if (size === UNKNOWN_SIZE && dataBytes64 !== null) size = dataBytes64;
      // What a recorder writes before it knows the length, and leaves where it is interrupted.
      else if (size === UNKNOWN_SIZE || size === 0) size = bytes.length - start;
      data = bytes.subarray(start, start + size);
    }
    if (name === 'fmt ' && size >= 16) format = bytes.subarray(start, start + size);
    at = start + size;
    // Chunks begin at even places; some programs forget it. No chunk's name begins with a zero.
    if (size % 2 === 1 && bytes[at] === 0) at += 1;
  }
  return format === null || format.length < 16 || data === null ? null : { format, data };
}

/** Bits per sample of whole numbers, null for anything else. */
export function wavBits({ format }: WavChunks): number | null {
  const view = viewOf(format);
  const tagged = view.getUint16(0, true);
  const code = tagged === EXTENSIBLE && format.length >= 26 ? view.getUint16(24, true) : tagged;
  return code === PCM ? view.getUint16(14, true) : null;
}

/** Samples that the chunks decode to, all channels together; null where the format contradicts itself. */
export function wavSamples({ format, data }: WavChunks): number | null {
  const view = viewOf(format);
  const channels = view.getUint16(2, true);
  const blockBytes = view.getUint16(12, true);
  const blocks = Math.floor(data.length / blockBytes);
  if (!ADPCM.includes(view.getUint16(0, true))) return blocks * channels;
  // Four bits a sample at best; a file that states more would be spread over all memory.
  const most = 2 * blockBytes;
  if (format.length < 18) return null;
  const stated =
    format.length >= 20 && view.getUint16(16, true) >= 2 ? channels * view.getUint16(18, true) : 0;
  return stated > most ? null : blocks * (stated || most);
}

/** The head of a WAV of nothing but these chunks, for a decoder that knows no others; the data follows. */
export function plainWavHead({ format, data }: WavChunks): Uint8Array {
  const padded = format.length + (format.length % 2);
  const head = new Uint8Array(HEADER_BYTES + 2 * CHUNK_HEAD_BYTES + padded);
  const view = viewOf(head);
  const chunk = (at: number, name: string, size: number) => {
    head.set(new TextEncoder().encode(name), at);
    view.setUint32(at + 4, size, true);
  };
  chunk(0, 'RIFF', head.length - CHUNK_HEAD_BYTES + data.length);
  head.set(new TextEncoder().encode('WAVE'), CHUNK_HEAD_BYTES);
  chunk(HEADER_BYTES, 'fmt ', padded);
  head.set(format, HEADER_BYTES + CHUNK_HEAD_BYTES);
  chunk(head.length - CHUNK_HEAD_BYTES, 'data', data.length);
  return head;
}
