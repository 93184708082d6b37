import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { z } from 'zod';

/** The longest work, on a large model, takes a minute or two; a process that takes longer hangs. */
const MOST_MS = 10 * 60_000;
const MOST_BYTES = 16 * 1024 ** 2;

/**
 * Has a script of the program run in a process of its own, which keeps the memory of this one small and can be ended.
 * @param script prints its result as JSON
 * @returns null where the process cannot be started, fails, or is ended by the signal
 */
export async function runForJson<T>(
  script: URL,
  args: readonly string[],
  schema: z.ZodType<T>,
  signal: AbortSignal | undefined,
): Promise<T | null> {
  if (!existsSync(script)) return null;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(script), ...args], {
      timeout: MOST_MS,
      maxBuffer: MOST_BYTES,
      windowsHide: true,
      ...(signal === undefined ? {} : { signal }),
    });
    return schema.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
