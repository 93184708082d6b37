import { TillerError } from '../../document/tiller-error.js';

/** The system's code of an error (`ENOENT`, …), or undefined. No `instanceof`: errors of native code may come from another realm. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A file system's error as a TillerError; errors that a user can resolve say how. */
export function fromFileError(error: unknown, path: string): TillerError {
  if (error instanceof TillerError) return error;
  const cause = { cause: error };
  switch (systemCode(error)) {
    case 'ENOENT':
      return new TillerError('file-missing', `There is no file at ${path}.`, 'Check the path.', cause);
    case 'EISDIR':
      return new TillerError('file-missing', `${path} is a folder, not a file.`, 'Name a file.', cause);
    case 'ENOTDIR':
    case 'EEXIST':
      return new TillerError(
        'file-missing',
        `${path} leads through a file as if it were a folder.`,
        'Check the path.',
        cause,
      );
    case 'ELOOP':
      return new TillerError(
        'file-missing',
        `${path} is a link that leads nowhere.`,
        'Check the path.',
        cause,
      );
    case 'ENAMETOOLONG':
      return new TillerError('file-missing', `${path} has too long a name.`, 'Choose a shorter one.', cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return new TillerError(
        'disk-full',
        `The disk is full: ${path} was not written.`,
        'Free some space and try again.',
        cause,
      );
    case 'EBUSY':
      return new TillerError(
        'disk-denied',
        `Another program is using ${path}.`,
        'Close the programs that have it open, or wait until an antivirus has checked it, and try again.',
        cause,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TillerError(
        'disk-denied',
        `There is no permission to read or write ${path}.`,
        process.platform === 'win32'
          ? 'Check its permissions, and close other programs that have it open.'
          : 'Check its permissions.',
        cause,
      );
    default:
      return new TillerError(
        'internal',
        error instanceof Error ? error.message : String(error),
        undefined,
        cause,
      );
  }
}
