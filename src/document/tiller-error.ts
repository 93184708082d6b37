/** Stable codes of Tiller's errors, which scripts, the page and the plugin can test. */
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
  | 'model-rate'
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
  | 'carry-cancelled'
  | 'listen-cancelled'
  | 'map-cancelled'
  // files, messages, engine
  | 'file-missing'
  | 'file-exists'
  | 'disk-full'
  | 'disk-denied'
  | 'argument-invalid'
  | 'message-invalid'
  | 'engine-busy'
  | 'internal';

/**
 * An error for the player: `message` says what happened, `hint` what to do about it. Any other error that is thrown is a
 * defect of Tiller.
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
