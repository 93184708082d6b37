import { readFile, rename } from 'node:fs/promises';
import { TillerError, systemCode } from '../errors.js';

/**
 * What an engine before this one left at `path`, or null where there is nothing. A file that `parse` throws at is
 * moved aside, so that what is kept from now on does not overwrite it.
 * @param what told of such a file
 * @throws TillerError `preset-invalid` naming where the file is now
 */
export async function readKept<T>(path: string, what: string, parse: (text: string) => T): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return parse(text);
  } catch (error) {
    const aside = `${path}.${Date.now()}.unreadable`;
    await rename(path, aside);
    throw new TillerError('preset-invalid', what, `It was kept as ${aside}.`, { cause: error });
  }
}
