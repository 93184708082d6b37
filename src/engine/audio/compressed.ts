import type { ByteSource } from './byte-source.js';
import type { Decoded, Pieces } from './pieces.js';

/** Bytes at the start of a file that its format is recognised by. */
export const COMPRESSED_HEAD_BYTES = 36;
const PIECE_BYTES = 2 ** 14;
/** Where the first packet begins in an Ogg file whose first page has a single segment (RFC 3533, section 6). */
const OGG_PACKET = 28;

const text = (head: Uint8Array, from: number, to: number) => String.fromCharCode(...head.subarray(from, to));

/** The header of an MPEG frame of layer 1, 2 or 3; ADTS, whose sync word is the same, has layer 0 (ISO 11172-3, 2.4.1.3). */
const isMpeg = ([first = 0, second = 0]: Uint8Array) =>
  first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0;

const isOgg = (head: Uint8Array) => text(head, 0, 4) === 'OggS';

interface PieceDecoder {
  decode(bytes: Uint8Array): Decoded;
  /** What the decoder still holds at the end of the file. */
  flush?(): Decoded;
  free(): void;
}

/**
 * The decoder for an MP3, Ogg Vorbis or Ogg Opus file that begins with `head`; null for other files. Each contains its WebAssembly as
 * text, a hundred kilobytes and more: it is loaded with the first file of its kind.
 */
export async function compressedDecoder(head: Uint8Array): Promise<PieceDecoder | null> {
  if (isMpeg(head)) return (await import('@audio/decode-mp3')).decoder();
  if (!isOgg(head)) return null;
  if (text(head, OGG_PACKET, OGG_PACKET + 8) === 'OpusHead')
    return (await import('@audio/decode-opus')).decoder();
  if (text(head, OGG_PACKET, OGG_PACKET + 7) === '\u0001vorbis')
    return (await import('@audio/decode-vorbis')).decoder();
  return null;
}

/** Whether a file that begins with `head` is an MPEG-4 file, as M4A is (ISO 14496-12, 4.3). */
export const isMpeg4 = (head: Uint8Array): boolean => text(head, 4, 8) === 'ftyp';

/** Decodes a file from its start, piece by piece. @param reading as for `decodePieces` */
export function* compressedPieces(
  file: ByteSource,
  decoder: PieceDecoder,
  reading: (at: number) => void,
): Pieces['pieces'] {
  try {
    for (let at = 0; at < file.size; at += PIECE_BYTES) {
      reading(at);
      // The decoder keeps a reference to bytes that it has not decoded yet.
      yield decoder.decode(file.read(at, PIECE_BYTES).slice());
    }
    if (decoder.flush !== undefined) yield decoder.flush();
  } finally {
    decoder.free();
  }
}
