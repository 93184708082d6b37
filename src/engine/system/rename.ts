import { rename } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { systemCode } from './file-error.js';

/** What Windows answers where another program has the file open, or a file of the folder: mostly an antivirus, for a moment. */
const HELD = new Set(['EPERM', 'EACCES', 'EBUSY']);
const FIRST_PAUSE_MS = 20;
/** 20, 40, … 2560 ms: five seconds in all. */
const ATTEMPTS = 9;

export interface RenameSystem {
  readonly platform: string;
  rename(from: string, to: string): Promise<void>;
  pause(milliseconds: number): Promise<unknown>;
}

/**
 * Renames a file or a folder. On Windows it is tried again for five seconds while another program has it open.
 * @throws errors of the file system
 */
export async function renamePatiently(
  from: string,
  to: string,
  system: RenameSystem = { platform: process.platform, rename, pause },
): Promise<void> {
  const attempts = system.platform === 'win32' ? ATTEMPTS : 1;
  for (let attempt = 1; ; attempt++)
    try {
      return await system.rename(from, to);
    } catch (error) {
      if (attempt >= attempts || !HELD.has(systemCode(error) ?? '')) throw error;
      await system.pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
}
