import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bundledFolder } from '../system/paths.js';

/** Paths of the loops that come with Tiller, sorted; none where they are not installed. */
export async function bundledLoops(): Promise<string[]> {
  const folder = bundledFolder('loops');
  if (folder === null) return [];
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.wav'))
    .sort()
    .map((name) => join(folder, name));
}
