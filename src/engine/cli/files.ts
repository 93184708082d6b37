import { accessSync, constants, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { WavWriter } from '../audio/wav.js';
import { TillerError, fromFileError, systemCode } from '../errors.js';
import type { Sound } from './rates.js';

function look(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw fromFileError(error, path);
  }
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

/** Writes a sound as a WAV of 32-bit floats, replacing a file of that name. @throws TillerError of the file system. */
export function writeSound(path: string, { channels, rate }: Sound): void {
  const writer = new WavWriter(path, { rate, channels: channels.length, overwrite: true });
  writer.append(channels, channels[0]?.length ?? 0);
  writer.close();
}
