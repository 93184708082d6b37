import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { MAX_PRESET_BYTES, parsePresetText } from '../../document/parse-preset.js';
import type { Preset } from '../../document/preset.js';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError, systemCode } from '../system/file-error.js';

/** Ending of a preset's file. */
export const PRESET_EXTENSION = '.tiller.json';

/** Whether a text is a preset's identifier ("factory/drum-garden") rather than the path of a file. */
export const isPresetId = (text: string): boolean => /^(factory|user)\//.test(text) && !existsSync(text);

/**
 * Reads a preset from any path.
 * @throws TillerError `preset-missing`, `preset-invalid`, `preset-too-new`, or as `fromFileError` says
 */
export async function readPresetFile(path: string): Promise<Preset> {
  let handle;
  try {
    handle = await open(path, 'r');
    const { size } = await handle.stat();
    if (size > MAX_PRESET_BYTES)
      throw new TillerError(
        'preset-invalid',
        `${path} is too large to be a Tiller preset.`,
        'Choose another file.',
      );
    return parsePresetText(await handle.readFile('utf8'));
  } catch (error) {
    throw missingOr(error, path);
  } finally {
    await handle?.close();
  }
}

/** `preset-missing` where the file does not exist, else the file system's error as a TillerError. */
export function missingOr(error: unknown, what: string): TillerError {
  if (systemCode(error) === 'ENOENT')
    return new TillerError(
      'preset-missing',
      `There is no preset at ${what}.`,
      'Check the name, or refresh the list.',
      {
        cause: error,
      },
    );
  return fromFileError(error, what);
}
