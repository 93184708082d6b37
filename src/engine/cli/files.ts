import { accessSync, constants, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { WavWriter } from '../audio/wav.js';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError, systemCode } from '../system/file-error.js';
import { tidyWhenInterrupted } from './interrupt.js';

function look(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw fromFileError(error, path);
  }
}

/** Refuses what may never end. Files that are not there are told of by whoever reads them. @throws TillerError `file-missing` */
export function checkInput(path: string): void {
  const there = look(path);
  if (there?.isCharacterDevice() === true || there?.isBlockDevice() === true)
    throw new TillerError('file-missing', `${path} is a device, not a file.`, 'Name a file.');
}

/** Refuses to write a WAV under another format's name. @throws TillerError `argument-invalid` */
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
 * Refuses early, before long work, what could not be written in the end, and to write over what is there.
 * @throws TillerError `file-exists`, `file-missing` (no such folder), `disk-denied`, `argument-invalid`
 */
export function checkOutput(path: string, force: boolean | undefined): void {
  if (path === '') throw new TillerError('argument-invalid', 'The output has no name.', 'Name a file.');
  const there = look(path);
  if (there?.isDirectory())
    throw new TillerError('file-missing', `${path} is a folder, not a file.`, 'Name a file.');
  if (there !== null && !there.isFile())
    throw new TillerError('argument-invalid', `${path} is no ordinary file.`, 'Name a file.');
  if (there !== null && force !== true)
    throw new TillerError('file-exists', `${path} exists already.`, 'Choose another name, or add --force.');
  const folder = dirname(path);
  if (look(folder) === null)
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
 * Has `work` write a WAV of 32-bit floats, which replaces a file of that name when it is whole, and not before: of a work that
 * fails or is interrupted nothing stays.
 * @throws TillerError of the file system, and as `work` does
 */
export async function writeSound<T>(
  path: string,
  rate: number,
  channels: number,
  work: (writer: WavWriter) => T | Promise<T>,
): Promise<T> {
  // What a link leads to is written, as other programs do it, and the link stays.
  const writer = new WavWriter(look(path) === null ? path : realpathSync(path), {
    rate,
    channels,
    overwrite: true,
  });
  const done = tidyWhenInterrupted(() => writer.discard());
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
