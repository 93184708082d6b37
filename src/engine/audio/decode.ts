// One decoder per format: the umbrella package `audio-decode` brings a decoder under GPL-2.0-only.
import decodeAiff from '@audio/decode-aiff';
import type { decoder as flacDecoder } from '@audio/decode-flac';
import { decoder as wavDecoder } from '@audio/decode-wav';
import { TillerError } from '../../document/tiller-error.js';
import { type AiffChunks, aiffSamples, findAiffChunks, isAiff } from './aiff-chunks.js';
import { type ByteSource, bytesFrom } from './byte-source.js';
import { COMPRESSED_HEAD_BYTES, compressedDecoder, compressedPieces, isMpeg4 } from './compressed.js';
import { decodeIma4, ima4Samples } from './ima4.js';
import type { Decoded, Pieces } from './pieces.js';
import type { SampleData } from './sample-data.js';
import { findWave64Chunks, isWave64 } from './wave64-chunks.js';
import { findWavChunks, isWav, plainWavHead, wavBits, wavBlockBytes, wavSamples } from './wav-chunks.js';

const PIECE_BYTES = 2 ** 16;
/** Largest file of a format that is decoded as a whole. */
const MAX_WHOLE_BYTES = 2 ** 30;
const ID3_HEAD_BYTES = 10;
/** Most tags before a file's audio. */
const MAX_TAGS = 8;
/** Files with more than two channels are refused; this bounds what is decoded before that. */
const MAX_IMA4_CHANNELS = 16;

/** Error for a file that cannot be decoded. */
export function unreadable(name: string, reason: string, hint: string, cause?: unknown): TillerError {
  return new TillerError('audio-unreadable', `${name} cannot be read: ${reason}.`, hint, { cause });
}

/**
 * Opens a WAV, AIFF, FLAC, MP3, Ogg Vorbis or Ogg Opus file, recognised by its content.
 * @param name of the file in messages
 * @param reading called with the offset in bytes up to which the file has been read
 * @throws TillerError `audio-unreadable`; the decoders' own errors for damage, here and with each piece
 */
export async function decodePieces(
  file: ByteSource,
  name: string,
  reading: (at: number) => void,
): Promise<Pieces> {
  const audio = bytesFrom(file, tagBytes(file));
  const head = audio.read(0, COMPRESSED_HEAD_BYTES).slice();
  if (isWav(head)) return samplePieces(audio, findWavChunks(audio), name, reading);
  if (isWave64(head)) return samplePieces(audio, findWave64Chunks(audio), name, reading);
  if (isAiff(head)) return aiffPieces(audio, findAiffChunks(audio), name, reading);
  if (String.fromCharCode(...head.subarray(0, 4)) === 'fLaC') {
    // Loaded with the first file of its kind, as the other decoders with WebAssembly are (`compressedDecoder`).
    const { decoder: openFlac } = await import('@audio/decode-flac');
    return { samples: null, pieces: flacPieces(audio, await openFlac(), flacBits(head), reading) };
  }
  const decoder = await compressedDecoder(head);
  if (decoder !== null) return { samples: null, pieces: compressedPieces(audio, decoder, reading) };
  throw unreadable(
    name,
    'it is no WAV, AIFF, FLAC, MP3 or Ogg file',
    isMpeg4(head)
      ? 'Drop it on the page, where the browser decodes it, or convert it, for example to a 24-bit WAV.'
      : 'Convert it to one of these, for example to a 24-bit WAV.',
  );
}

/** Length of the ID3v2 tags that some programs write before any format (id3.org, ID3v2.4.0, section 3.1). */
function tagBytes(file: ByteSource): number {
  let at = 0;
  for (let tags = 0; tags < MAX_TAGS; tags += 1) {
    const head = file.read(at, ID3_HEAD_BYTES);
    if (head.length < ID3_HEAD_BYTES || String.fromCharCode(...head.subarray(0, 3)) !== 'ID3') break;
    const size = head.subarray(6).reduce((sum, byte) => 128 * sum + (byte & 0x7f), 0);
    const hasFooter = ((head[5] ?? 0) & 0x10) !== 0;
    at += ID3_HEAD_BYTES + size + (hasFooter ? ID3_HEAD_BYTES : 0);
  }
  return at;
}

/** The decoder supports neither RF64 nor padding of chunks, and allocates the length that an ADPCM file declares. */
function samplePieces(
  file: ByteSource,
  data: SampleData | null,
  name: string,
  reading: (at: number) => void,
): Pieces {
  if (data === null) return { samples: 0, pieces: nothing() };
  const samples = wavSamples(data);
  if (samples === null) throw unreadable(name, 'it is damaged', 'Export it again.');
  return { samples, pieces: decodeSamples(file, data, reading) };
}

function aiffPieces(
  file: ByteSource,
  chunks: AiffChunks | null,
  name: string,
  reading: (at: number) => void,
): Pieces {
  if (chunks === null) return { samples: 0, pieces: nothing() };
  const { compression, channels } = chunks;
  if (compression === 'ima4')
    return channels >= 1 && channels <= MAX_IMA4_CHANNELS
      ? { samples: ima4Samples(chunks), pieces: decodeIma4(file, chunks, reading) }
      : { samples: 0, pieces: nothing() };
  if (compression.toUpperCase() === 'GSM ') return { samples: null, pieces: wholeAiff(file, name, reading) };
  const data = aiffSamples(chunks);
  if (data === null)
    throw unreadable(
      name,
      `its compression “${compression}” is not supported`,
      'Convert it, for example to a 24-bit WAV.',
    );
  return samplePieces(file, data, name, reading);
}

function* nothing(): Pieces['pieces'] {}

/** Decodes uncompressed or ADPCM samples with the WAV decoder. */
function* decodeSamples(
  file: ByteSource,
  chunks: SampleData,
  reading: (at: number) => void,
): Pieces['pieces'] {
  const decoder = wavDecoder();
  const bits = wavBits(chunks);
  const block = wavBlockBytes(chunks);
  const length = block * Math.max(1, Math.floor(PIECE_BYTES / block));
  const end = chunks.data.start + chunks.data.bytes;
  decoder.decode(plainWavHead(chunks));
  for (let at = chunks.data.start; at < end; at += length) {
    reading(at);
    let bytes = file.read(at, Math.min(length, end - at));
    if (chunks.convert !== null) {
      bytes = bytes.slice();
      chunks.convert(bytes);
    }
    yield rescaled(decoder.decode(bytes), bits, true);
  }
}

/** A few kilobytes of FLAC can contain hours of silence: pieces are decoded one at a time. */
function* flacPieces(
  file: ByteSource,
  decoder: Awaited<ReturnType<typeof flacDecoder>>,
  bits: number,
  reading: (at: number) => void,
): Pieces['pieces'] {
  try {
    for (let at = 0; at < file.size; at += PIECE_BYTES) {
      reading(at);
      // The decoder keeps a reference to bytes that it has not decoded yet.
      yield rescaled(decoder.decode(file.read(at, PIECE_BYTES).slice()), bits, false);
    }
    yield rescaled(decoder.flush(), bits, false);
  } finally {
    decoder.free();
  }
}

/** Decodes a compressed AIFF as a whole. */
function* wholeAiff(file: ByteSource, name: string, reading: (at: number) => void): Pieces['pieces'] {
  if (file.size > MAX_WHOLE_BYTES)
    throw unreadable(name, 'it is larger than 1 GB', 'Cut it into shorter files, or convert it to a WAV.');
  reading(0);
  yield decodeAiff(file.read(0, file.size));
}

/** Bits per sample, from STREAMINFO, which is always the first metadata block. */
const flacBits = (head: Uint8Array): number => ((((head[20] ?? 0) & 1) << 4) | ((head[21] ?? 0) >> 4)) + 1;

/**
 * Rescales integer samples n to n / 2^(bits − 1). The WAV decoder divides positive samples, and the FLAC decoder all samples, by
 * 2^(bits − 1) − 1, which gives formats different full scales and a WAV a different slope above zero.
 */
function rescaled(decoded: Decoded, bits: number | null, positiveOnly: boolean): Decoded {
  if (bits === null || bits < 8 || bits > 32) return decoded;
  const full = 2 ** (bits - 1);
  for (const channel of decoded.channelData) {
    for (let i = 0; i < channel.length; i += 1) {
      const value = channel[i] as number;
      if (value > 0 || !positiveOnly) channel[i] = Math.round(value * (full - 1)) / full;
    }
  }
  return decoded;
}
