// One decoder per format: the umbrella package `audio-decode` brings a decoder under GPL-2.0-only.
import decodeAiff from '@audio/decode-aiff';
import { decoder as flacDecoder } from '@audio/decode-flac';
import { decoder as wavDecoder } from '@audio/decode-wav';
import { readFile, stat } from 'node:fs/promises';
import { TillerError, fromFileError } from '../errors.js';
import { findWavChunks, isWav, plainWavHead, wavBits, wavSamples } from './wav-chunks.js';

/** Largest file that is opened, and most samples that one may decode to, all channels together. */
const MAX_FILE_BYTES = 2 ** 30;
const MAX_SAMPLES = 2 ** 28;
const MIN_FILE_RATE = 4000;
const MAX_FILE_RATE = 384_000;
const MAX_FILE_CHANNELS = 2;
const FLAC_CHUNK_BYTES = 2 ** 16;

export interface AudioFile {
  /** Hz, a whole number. */
  readonly rate: number;
  /** One or two, all of the same length, at least one sample. Full scale is ±1. */
  readonly channels: Float32Array[];
  /** Samples that were no finite number; each is now 0. */
  readonly notFinite: number;
}

interface Decoded {
  readonly channelData: Float32Array[];
  readonly sampleRate: number;
}

/**
 * Reads a WAV, AIFF or FLAC file, recognised by its content.
 * @param name what messages call it
 * @throws TillerError `file-missing`, `disk-denied`, or `audio-unreadable` with what is wrong
 */
export async function readAudio(path: string, name = path): Promise<AudioFile> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw unreadable(name, 'it is larger than 1 GB', 'Cut it into shorter files.');
    bytes = await readFile(path);
  } catch (error) {
    throw fromFileError(error, name);
  }
  return decodeAudio(bytes, name);
}

/**
 * Decodes the bytes of a WAV, AIFF or FLAC file.
 * @param name what messages call it
 * @throws TillerError `audio-unreadable`
 */
export async function decodeAudio(bytes: Uint8Array, name: string): Promise<AudioFile> {
  let decoded: Decoded;
  try {
    // Not as a Buffer: the WAV decoder relies on `slice` to copy.
    decoded = await decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), name);
  } catch (error) {
    if (error instanceof TillerError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw unreadable(name, `it is damaged (${reason})`, 'Export it again.', error);
  }
  return checked(decoded, name);
}

function unreadable(name: string, reason: string, hint: string, cause?: unknown): TillerError {
  return new TillerError('audio-unreadable', `${name} cannot be read: ${reason}.`, hint, { cause });
}

async function decode(bytes: Uint8Array, name: string): Promise<Decoded> {
  if (isWav(bytes)) return decodeRiff(bytes, name);
  switch (tag(bytes, 0)) {
    case 'FORM':
      return decodeAiff(bytes);
    case 'fLaC':
      return rescaled(await decodeFlac(bytes, name), flacBits(bytes), false);
    default:
      throw unreadable(
        name,
        'it is no WAV, AIFF or FLAC file',
        'Convert it to one of these, for example to a 24-bit WAV.',
      );
  }
}

const tag = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** Decoded piece by piece, since a few kilobytes of FLAC can stand for hours of silence. */
async function decodeFlac(bytes: Uint8Array, name: string): Promise<Decoded> {
  const decoder = await flacDecoder();
  const parts: Decoded[] = [];
  let samples = 0;
  const take = (part: Decoded) => {
    samples += (part.channelData[0]?.length ?? 0) * part.channelData.length;
    if (samples > MAX_SAMPLES) throw tooLong(name);
    if (part.channelData.length > 0) parts.push(part);
  };
  try {
    for (let at = 0; at < bytes.length; at += FLAC_CHUNK_BYTES) {
      take(decoder.decode(bytes.subarray(at, at + FLAC_CHUNK_BYTES)));
    }
    take(decoder.flush());
  } finally {
    decoder.free();
  }
  const first = parts[0];
  if (first === undefined) return { channelData: [], sampleRate: 0 };
  const channelData = first.channelData.map((_, c) => {
    const pieces = parts.map((part) => part.channelData[c] ?? new Float32Array(0));
    const whole = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  });
  return { channelData, sampleRate: first.sampleRate };
}

const tooLong = (name: string): TillerError =>
  unreadable(name, 'it is longer than Tiller reads at once', 'Cut it into shorter files.');

/** The decoder knows neither RF64 nor padded chunks, and takes what an ADPCM file says of its length. */
function decodeRiff(bytes: Uint8Array, name: string): Decoded {
  const chunks = findWavChunks(bytes);
  if (chunks === null) return { channelData: [], sampleRate: 0 };
  const samples = wavSamples(chunks);
  if (samples === null) throw unreadable(name, 'it is damaged', 'Export it again.');
  if (samples > MAX_SAMPLES) throw tooLong(name);
  const decoder = wavDecoder();
  decoder.decode(plainWavHead(chunks));
  return rescaled(decoder.decode(chunks.data), wavBits(chunks), true);
}

/** Bits per sample as STREAMINFO, always the first block, has them. */
const flacBits = (bytes: Uint8Array): number => ((((bytes[20] ?? 0) & 1) << 4) | ((bytes[21] ?? 0) >> 4)) + 1;

/**
 * The WAV decoder divides positive samples, and the FLAC decoder all, by 2^(bits − 1) − 1: full scale differs
 * between formats, and a WAV is bent at zero. This puts every whole number n at n / 2^(bits − 1).
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

function checked({ channelData, sampleRate }: Decoded, name: string): AudioFile {
  const length = channelData[0]?.length ?? 0;
  if (length === 0) throw unreadable(name, 'there is no sound in it', 'Export it again.');
  if (channelData.length > MAX_FILE_CHANNELS) {
    throw unreadable(name, `it has ${channelData.length} channels`, 'Export it in mono or stereo.');
  }
  if (!(sampleRate >= MIN_FILE_RATE && sampleRate <= MAX_FILE_RATE)) {
    throw unreadable(name, `its sample rate is ${sampleRate} Hz`, 'Export it at 44.1 or 48 kHz.');
  }
  if (length * channelData.length > MAX_SAMPLES) throw tooLong(name);
  let notFinite = 0;
  for (const channel of channelData) {
    for (let i = 0; i < length; i += 1) {
      if (Number.isFinite(channel[i])) continue;
      channel[i] = 0;
      notFinite += 1;
    }
  }
  return { rate: Math.round(sampleRate), channels: channelData, notFinite };
}
