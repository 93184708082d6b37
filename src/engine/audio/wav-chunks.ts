import type { ByteSource } from './byte-source.js';
import { ENCODING, type SampleData, byteSwap, waveFormat } from './sample-data.js';

const HEADER_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
/** Size field where the size is in another chunk (RF64's `ds64`) or was unknown when the header was written. */
const UNKNOWN_SIZE = 0xffff_ffff;
const PCM = ENCODING.pcm;
const EXTENSIBLE = 0xfffe;
const ADPCM = [2, 0x11];
/** Longest `fmt ` chunk that is read; real ones have at most 40 bytes, ADPCM ones some dozens. */
export const MAX_FORMAT_BYTES = 4096;

const tag = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Whether the bytes are a WAV: RIFF, RF64 (EBU Tech 3306), which recorders and DAWs write for long takes, or big-endian RIFX. */
export const isWav = (bytes: Uint8Array): boolean =>
  ['RIFF', 'RF64', 'RIFX'].includes(tag(bytes, 0)) && tag(bytes, 8) === 'WAVE';

/** Finds the chunks in any order and among any others; null where one of them is missing. */
export function findWavChunks(file: ByteSource): SampleData | null {
  const little = tag(file.read(0, 4), 0) !== 'RIFX';
  let format: Uint8Array | null = null;
  let data: SampleData['data'] | null = null;
  let dataBytes64: number | null = null;
  for (let at = HEADER_BYTES; at + CHUNK_HEAD_BYTES <= file.size && (format === null || data === null);) {
    const chunk = readChunkHead(file, at, little);
    const { name, start } = chunk;
    let { size } = chunk;
    if (name === 'ds64' && start + 16 <= file.size)
      dataBytes64 = Number(viewOf(file.read(start, 16)).getBigUint64(8, true));
    if (name === 'data') {
      if (size === UNKNOWN_SIZE && dataBytes64 !== null) size = dataBytes64;
      // Written by recorders before the length is known, and left so where the recording is interrupted.
      else if (size === UNKNOWN_SIZE || (size === 0 && !chunksFollow(file, start, little)))
        size = file.size - start;
      data = { start, bytes: Math.max(0, Math.min(size, file.size - start)) };
    }
    if (name === 'fmt ' && size >= 16) format = file.read(start, Math.min(size, MAX_FORMAT_BYTES)).slice();
    at = nextChunk(file, start + size, size);
  }
  if (format === null || format.length < 16 || data === null) return null;
  return little ? { format: wholeBytes(format), data, convert: null } : bigEndian(format, data);
}

/**
 * The format with the sizes that integer PCM really has: samples of 12 or 20 bits are left-justified in whole bytes, of which the
 * decoder only has to know the bytes; some programs leave the block size at 0.
 */
export function wholeBytes(format: Uint8Array): Uint8Array {
  if (encodingOf(format) !== PCM) return format;
  const view = viewOf(format);
  const [channels, rate] = [view.getUint16(2, true), view.getUint32(4, true)];
  const [block, bits] = [view.getUint16(12, true), view.getUint16(14, true)];
  const bytes = block === 0 ? Math.ceil(bits / 8) : block / channels;
  const isUsual = bits === 8 * bytes && block > 0;
  const isPossible = channels > 0 && channels <= 255 && Number.isInteger(bytes) && bytes >= 1 && bytes <= 4;
  return isUsual || !isPossible ? format : waveFormat(PCM, channels, rate, bytes);
}

function bigEndian(format: Uint8Array, data: SampleData['data']): SampleData {
  const view = viewOf(format);
  const channels = view.getUint16(2);
  const bytes = channels === 0 ? 0 : Math.floor(view.getUint16(12) / channels);
  return {
    format: waveFormat(view.getUint16(0), channels, view.getUint32(4), bytes),
    data,
    convert: byteSwap(bytes),
  };
}

function readChunkHead(
  file: ByteSource,
  at: number,
  little: boolean,
): { name: string; start: number; size: number } {
  const head = file.read(at, CHUNK_HEAD_BYTES);
  return { name: tag(head, 0), start: at + CHUNK_HEAD_BYTES, size: viewOf(head).getUint32(4, little) };
}

/** Offset of the next chunk. Chunks start at even offsets, which some programs ignore; no chunk's name starts with a zero. */
function nextChunk(file: ByteSource, end: number, size: number): number {
  return size % 2 === 1 && file.read(end, 1)[0] === 0 ? end + 1 : end;
}

/** Whether a complete sequence of chunks, at least one, follows up to the end of the file; audio data practically never looks so. */
function chunksFollow(file: ByteSource, from: number, little: boolean): boolean {
  let at = from;
  while (at + CHUNK_HEAD_BYTES <= file.size) {
    const { name, start, size } = readChunkHead(file, at, little);
    if (!/^[ -~]{4}$/.test(name)) return false;
    at = nextChunk(file, start + size, size);
  }
  return at > from && at === file.size;
}

/** Bits per sample of integer PCM; null for other encodings. */
export function wavBits({ format }: SampleData): number | null {
  return encodingOf(format) === PCM ? viewOf(format).getUint16(14, true) : null;
}

/** The encoding, also of an extensible format, where it is the beginning of an identifier. */
function encodingOf(format: Uint8Array): number {
  const view = viewOf(format);
  const tagged = view.getUint16(0, true);
  return tagged === EXTENSIBLE && format.length >= 26 ? view.getUint16(24, true) : tagged;
}

/** Number of samples of all channels together; null where the format is inconsistent. */
export function wavSamples({ format, data }: SampleData): number | null {
  const view = viewOf(format);
  const channels = view.getUint16(2, true);
  const blockBytes = view.getUint16(12, true);
  if (blockBytes === 0) return null;
  const blocks = Math.floor(data.bytes / blockBytes);
  if (!ADPCM.includes(view.getUint16(0, true))) return blocks * channels;
  // ADPCM has at least four bits per sample; a larger declared number would allocate arbitrary memory.
  const most = 2 * blockBytes;
  if (format.length < 18) return null;
  const stated =
    format.length >= 20 && view.getUint16(16, true) >= 2 ? channels * view.getUint16(18, true) : 0;
  return stated > most ? null : blocks * (stated || most);
}

/** Bytes of the smallest piece that can be decoded separately (`nBlockAlign`); 0 where the format is inconsistent. */
export const wavBlockBytes = ({ format }: SampleData): number => viewOf(format).getUint16(12, true);

/** Header of a WAV that consists of these chunks only, for a decoder that supports no others; the data follows. */
export function plainWavHead({ format, data }: SampleData): Uint8Array {
  const padded = format.length + (format.length % 2);
  const head = new Uint8Array(HEADER_BYTES + 2 * CHUNK_HEAD_BYTES + padded);
  const view = viewOf(head);
  const chunk = (at: number, name: string, size: number) => {
    head.set(new TextEncoder().encode(name), at);
    view.setUint32(at + 4, Math.min(size, UNKNOWN_SIZE), true);
  };
  chunk(0, 'RIFF', head.length - CHUNK_HEAD_BYTES + data.bytes);
  head.set(new TextEncoder().encode('WAVE'), CHUNK_HEAD_BYTES);
  chunk(HEADER_BYTES, 'fmt ', padded);
  head.set(format, HEADER_BYTES + CHUNK_HEAD_BYTES);
  chunk(head.length - CHUNK_HEAD_BYTES, 'data', data.bytes);
  return head;
}
