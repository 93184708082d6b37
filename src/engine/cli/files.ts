import { existsSync } from 'node:fs';
import { WavWriter } from '../audio/wav.js';
import { TillerError } from '../errors.js';
import type { Sound } from './rates.js';

/** Refuses early, before long work, to write over what is there. @throws TillerError `file-exists`. */
export function checkFree(path: string, force: boolean | undefined): void {
  if (force !== true && existsSync(path))
    throw new TillerError('file-exists', `${path} exists already.`, 'Choose another name, or add --force.');
}

/** Writes a sound as a WAV of 32-bit floats, replacing a file of that name. @throws TillerError of the file system. */
export function writeSound(path: string, { channels, rate }: Sound): void {
  const writer = new WavWriter(path, { rate, channels: channels.length, overwrite: true });
  writer.append(channels, channels[0]?.length ?? 0);
  writer.close();
}
