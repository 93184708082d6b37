import { accessSync, constants, readdirSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { WavWriter } from '../audio/wav.js';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError, systemCode } from '../system/file-error.js';
import { compareNames } from '../system/natural-order.js';
import { cleanUpWhenInterrupted } from './interrupt.js';

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw fromFileError(error, path);
  }
}

/** Refuses a device, which may have no end. A missing file is reported when it is read. @throws TillerError `file-missing` */
export function checkInput(path: string): void {
  const stats = statOf(path);
  if (stats?.isCharacterDevice() === true || stats?.isBlockDevice() === true)
    throw new TillerError('file-missing', `${path} is a device, not a file.`, 'Name a file.');
}

/** Most audio files that are taken from a folder. */
const MAX_SOUNDS = 1000;

/**
 * The given audio files, and in place of each folder the audio files in it and below, as a reader sorts them. Within a folder the
 * name's ending decides; later the content does.
 * @throws TillerError `file-missing` for a folder without any, and as `checkInput`; `argument-invalid` where there are too many
 */
export function soundFiles(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => {
    if (statOf(path)?.isDirectory() !== true) {
      checkInput(path);
      return [path];
    }
    const names = soundNames(path);
    if (names.length > 0) return names.sort(compareNames).map((name) => join(path, name));
    throw new TillerError(
      'file-missing',
      `There are no audio files in ${path}.`,
      'Tiller reads WAV, AIFF, FLAC, MP3 and Ogg.',
    );
  });
  if (found.length <= MAX_SOUNDS) return found;
  throw new TillerError(
    'argument-invalid',
    `There are ${found.length} audio files; the limit is ${MAX_SOUNDS}.`,
    'Choose fewer.',
  );
}

function soundNames(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(
        (entry) =>
          entry.isFile() && /\.(wave?|bwf|rf64|w64|aif[fc]?|flac|mp3|og[ga]|opus)$/i.test(entry.name),
      )
      .map((entry) => join(relative(folder, entry.parentPath), entry.name));
  } catch (error) {
    throw fromFileError(error, folder);
  }
}

/** Refuses a file name with the ending of another audio format. @throws TillerError `argument-invalid` */
export function checkSoundName(path: string): void {
  const extension = /\.(aiff?|aifc|flac|mp3|ogg|opus|m4a|aac|wma)$/i.exec(path)?.[1];
  if (extension !== undefined)
    throw new TillerError(
      'argument-invalid',
      `${path} would not be ${/^[aemo]/i.test(extension) ? 'an' : 'a'} ${extension.toUpperCase()}: Tiller writes WAV.`,
      'Name it .wav.',
    );
}

/**
 * Checks before a long task that its output can be written, and that no file is overwritten without `force`.
 * @throws TillerError `file-exists`, `file-missing` (no such folder), `disk-denied`, `argument-invalid`
 */
export function checkOutput(path: string, force: boolean | undefined): void {
  if (path === '') throw new TillerError('argument-invalid', 'The output has no name.', 'Name a file.');
  const stats = statOf(path);
  if (stats?.isDirectory())
    throw new TillerError('file-missing', `${path} is a folder, not a file.`, 'Name a file.');
  if (stats !== null && !stats.isFile())
    throw new TillerError('argument-invalid', `${path} is no ordinary file.`, 'Name a file.');
  if (stats !== null && force !== true)
    throw new TillerError('file-exists', `${path} exists already.`, 'Choose another name, or add --force.');
  const folder = dirname(path);
  if (statOf(folder) === null)
    throw new TillerError(
      'file-missing',
      `There is no folder ${folder}.`,
      'Make it first, or choose another.',
    );
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fromFileError(error, folder);
  }
}

/**
 * Writes a WAV of 32-bit floats. An existing file is replaced only when the new one is complete; where `work` fails or is
 * interrupted, the new one is removed.
 * @param work writes the samples
 * @throws TillerError `disk-full`, `disk-denied`, `file-missing`; errors of `work`
 */
export async function writeSound<T>(
  path: string,
  rate: number,
  channels: number,
  work: (writer: WavWriter) => T | Promise<T>,
): Promise<T> {
  // Writes the target of a symbolic link, as other programs do.
  const writer = new WavWriter(statOf(path) === null ? path : realpathSync(path), {
    rate,
    channels,
    overwrite: true,
  });
  const done = cleanUpWhenInterrupted(() => writer.discard());
  try {
    const result = await work(writer);
    writer.close();
    return result;
  } catch (error) {
    writer.discard();
    throw error;
  } finally {
    done();
  }
}
