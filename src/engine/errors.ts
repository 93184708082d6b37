/** Every way Tiller can refuse or fail, as a stable code that scripts, the interface and the plugin can test. */
export type ErrorCode =
  // model files
  | 'not-a-model'
  | 'archive-corrupt'
  | 'archive-too-large'
  | 'pickle-forbidden'
  | 'pickle-corrupt'
  | 'source-syntax'
  | 'operation-unsupported'
  | 'model-interface'
  | 'model-shape'
  | 'model-weights'
  | 'model-missing'
  | 'model-corrupt'
  | 'model-failed'
  | 'import-cancelled'
  // presets and host state
  | 'preset-invalid'
  | 'preset-too-new'
  | 'preset-missing'
  // audio and gestures
  | 'audio-unreadable'
  | 'gesture-unreadable'
  | 'array-unreadable'
  // mapping
  | 'training-cancelled'
  | 'training-failed'
  // the world around
  | 'file-missing'
  | 'file-exists'
  | 'disk-full'
  | 'disk-denied'
  | 'argument-invalid'
  | 'message-invalid'
  | 'engine-busy'
  | 'internal';

/**
 * An error meant for the player: `message` says what happened, `hint` what to do about it.
 * Anything else that is thrown is a fault of Tiller's own.
 */
export class TillerError extends Error {
  override readonly name = 'TillerError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The error as it crosses a process boundary. */
  toJSON(): { code: ErrorCode; message: string; hint?: string } {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
    };
  }
}

/** The system's code of an error (`ENOENT`, …), or undefined. Errors of native code come from any realm. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The error codes of the file system that a user can mend, in Tiller's words. */
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
      return new TillerError('file-missing', `${path} leads nowhere.`, 'Check the path.', cause);
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
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new TillerError(
        'disk-denied',
        `${path} may not be read or written.`,
        'Check its permissions.',
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
