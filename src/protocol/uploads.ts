import type { Fault } from './interface.js';

/** Header of an upload with the file's name, percent-encoded; the token is sent as `authorization: Bearer …`. */
export const FILE_NAME_HEADER = 'x-file-name';
export const UPLOAD_PATHS = {
  model: '/upload/model',
  preset: '/upload/preset',
  audio: '/upload/audio',
  loop: '/upload/loop',
} as const;
export type UploadKind = keyof typeof UPLOAD_PATHS;
/** Endings of file names by kind of upload; within a kind, the content decides. */
export const UPLOAD_ENDINGS: Readonly<Record<UploadKind, readonly string[]>> = {
  model: ['.ts'],
  preset: ['.tiller', '.json'],
  loop: ['.npy'],
  audio: [
    ...[
      '.wav',
      '.wave',
      '.bwf',
      '.rf64',
      '.w64',
      '.aif',
      '.aiff',
      '.aifc',
      '.flac',
      '.mp3',
      '.ogg',
      '.oga',
      '.opus',
    ],
    // The page sends these decoded, as WAV under their own name.
    ...['.m4a', '.aac'],
  ],
};

/**
 * Query of an audio upload's address that makes an example of the file in place of playing it: its place, one value (0..1) per
 * input, separated by commas.
 */
export const PLACE_QUERY = 'inputs';
/** Query of an audio upload's address that keeps the file's sounds for a map (`map-model` with `gathered`) in place of playing it. */
export const MAP_QUERY = 'map';
/**
 * Query of a model upload's address: the model's sample rate in Hz, a whole number, in place of the one that the file states. The
 * engine asks for it by the fault `model-rate`.
 */
export const RATE_QUERY = 'rate';

/** Query of a loop's address, up and down: its slot, from 0. */
export const SLOT_QUERY = 'slot';

/** The kind of upload of a file name; undefined for other files. */
export function uploadKindOf(name: string): UploadKind | undefined {
  const kinds = Object.keys(UPLOAD_ENDINGS) as UploadKind[];
  return kinds.find((kind) => UPLOAD_ENDINGS[kind].some((ending) => name.toLowerCase().endsWith(ending)));
}

/** Largest file of each kind of upload, in bytes. */
export const UPLOAD_LIMITS: Readonly<Record<UploadKind, number>> = {
  model: 2 ** 30,
  /** Equal to `MAX_PRESET_BYTES`. */
  preset: 16 * 2 ** 20,
  loop: 16 * 2 ** 20,
  audio: 512 * 2 ** 20,
};
export const DOWNLOAD_PATHS = {
  csv: '/download/recording.csv',
  midi: '/download/recording.mid',
  preset: '/download/preset',
  loop: '/download/loop.npy',
} as const;

/**
 * Outcome of an upload that was received completely, answered with status 200 also where the file cannot be imported.
 * `result` is a model's SHA-256, a preset's identifier, a listed audio file's number, or null for a loop; opening it is another command.
 */
export type UploadAnswer = { type: 'done'; result: string | null } | { type: 'failed'; fault: Fault };
