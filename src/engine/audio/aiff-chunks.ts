import type { ByteSource } from './byte-source.js';
import { ENCODING, type SampleData, byteSwap, flipSign, waveFormat } from './sample-data.js';

/** AIFF and AIFF-C (Apple, "Audio Interchange File Format", 1989 and 1991): big-endian chunks in any order. */

const HEADER_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
const COMMON_BYTES = 22;
/** Offset and block size before the samples in `SSND`. */
const SOUND_HEAD_BYTES = 8;
const MAX_CHANNELS = 255;

/** The content of a file's `COMM` and `SSND` chunks. */
export interface AiffChunks {
  readonly channels: number;
  /** Sample frames, or packets of `ima4`; 0 in a file that was not completed. */
  readonly frames: number;
  /** Bits per sample, left-justified in whole bytes. */
  readonly bits: number;
  /** In Hz; 0 where it is invalid. */
  readonly rate: number;
  /** Four characters; "NONE" in an AIFF. */
  readonly compression: string;
  readonly data: SampleData['data'];
}

const tag = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** Whether a file begins as AIFF or AIFF-C does. */
export const isAiff = (bytes: Uint8Array): boolean =>
  tag(bytes, 0) === 'FORM' && ['AIFF', 'AIFC'].includes(tag(bytes, 8));

/** Finds the chunks; null where one of them is missing. The size of the form is ignored: recorders may leave it at 0. */
export function findAiffChunks(file: ByteSource): AiffChunks | null {
  let common: Omit<AiffChunks, 'data'> | null = null;
  let data: AiffChunks['data'] | null = null;
  for (let at = HEADER_BYTES; at + CHUNK_HEAD_BYTES <= file.size && (common === null || data === null);) {
    const head = viewOf(file.read(at, CHUNK_HEAD_BYTES + SOUND_HEAD_BYTES));
    const name = tag(new Uint8Array(head.buffer, head.byteOffset, 4), 0);
    let size = head.getUint32(4);
    const start = at + CHUNK_HEAD_BYTES;
    if (name === 'COMM' && size >= 18) common = readCommon(file.read(start, Math.min(size, COMMON_BYTES)));
    if (name === 'SSND' && head.byteLength >= CHUNK_HEAD_BYTES + SOUND_HEAD_BYTES) {
      const offset = head.getUint32(CHUNK_HEAD_BYTES);
      // Written by recorders before the length is known, and left so where the recording is interrupted.
      if (size === 0) size = file.size - start;
      const from = start + SOUND_HEAD_BYTES + offset;
      data = { start: from, bytes: Math.max(0, Math.min(start + size, file.size) - from) };
    }
    at = start + size + (size % 2);
  }
  return common === null || data === null ? null : { ...common, data };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readCommon(bytes: Uint8Array): Omit<AiffChunks, 'data'> | null {
  if (bytes.length < 18) return null;
  const view = viewOf(bytes);
  return {
    channels: view.getUint16(0),
    frames: view.getUint32(2),
    bits: view.getUint16(6),
    rate: extendedFloat(view, 8),
    compression: bytes.length >= COMMON_BYTES ? tag(bytes, 18) : 'NONE',
  };
}

/** A positive 80-bit float (IEEE 754 extended precision), rounded; 0 for any other value and beyond 32 bits. */
function extendedFloat(view: DataView, at: number): number {
  const exponent = view.getUint16(at) - 16_383;
  if (exponent < 0 || exponent > 31) return 0;
  return Math.round(view.getUint32(at + 2) * 2 ** (exponent - 31)) || 0;
}

/** Encoding, bytes per sample and conversion of an uncompressed format; null for other compressions. */
function layoutOf({ compression, bits }: AiffChunks): {
  encoding: number;
  bytes: number;
  convert: SampleData['convert'];
} | null {
  const whole = Math.ceil(bits / 8);
  const big = (encoding: number, bytes: number) => ({ encoding, bytes, convert: byteSwap(bytes) });
  const little = (bytes: number) => ({ encoding: ENCODING.pcm, bytes, convert: null });
  switch (compression) {
    case 'NONE':
    case 'twos':
      return whole === 1 ? { ...little(1), convert: flipSign } : big(ENCODING.pcm, whole);
    case 'sowt':
      return whole === 1 ? { ...little(1), convert: flipSign } : little(whole);
    case 'raw ':
      return little(1);
    case 'in24':
      return big(ENCODING.pcm, 3);
    case 'in32':
      return big(ENCODING.pcm, 4);
    case '42ni':
      return little(3);
    case '23ni':
      return little(4);
    case 'fl32':
    case 'FL32':
      return big(ENCODING.float, 4);
    case 'fl64':
    case 'FL64':
      return big(ENCODING.float, 8);
    case 'alaw':
    case 'ALAW':
      return { encoding: ENCODING.alaw, bytes: 1, convert: null };
    case 'ulaw':
    case 'ULAW':
      return { encoding: ENCODING.ulaw, bytes: 1, convert: null };
    default:
      return null;
  }
}

/** The samples of an uncompressed file; null for a compressed one. Without channels or bits it has no bytes. */
export function aiffSamples(chunks: AiffChunks): SampleData | null {
  const layout = layoutOf(chunks);
  if (layout === null) return null;
  const { channels, frames, rate, data } = chunks;
  const { encoding, bytes, convert } = layout;
  const isValid = channels >= 1 && channels <= MAX_CHANNELS && bytes >= 1 && bytes <= 8;
  const stated = frames === 0 ? data.bytes : frames * channels * bytes;
  return {
    format: waveFormat(encoding, channels, rate, bytes),
    data: { start: data.start, bytes: isValid ? Math.min(stated, data.bytes) : 0 },
    convert,
  };
}
