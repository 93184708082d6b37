import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MOST_MS = 30_000;

/**
 * Resident memory that a model adds while it plays with one latent frame per call in mono, in bytes. Measured in a process of
 * its own: in one that has opened other models, memory that is used again would not be counted.
 * @param dir the model's folder
 * @param script the bundled `memory-worker`
 * @returns null where the process cannot be started or fails
 */
export async function measureMemory(
  dir: string,
  script: URL = new URL('./memory-worker.js', import.meta.url),
): Promise<number | null> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(script), dir], {
      timeout: MOST_MS,
      windowsHide: true,
    });
    const bytes = Number(stdout);
    return stdout !== '' && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
  } catch {
    return null;
  }
}
