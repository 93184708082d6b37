import { Presets, SingleBar } from 'cli-progress';
import { TillerError } from '../../document/tiller-error.js';
import { tidyWhenInterrupted } from './interrupt.js';

/** Exit codes, so that scripts can tell what went wrong. */
export const EXIT = { ok: 0, failed: 1, usage: 2, input: 3, missing: 4, disk: 5, model: 6 } as const;

function exitCode(error: TillerError): number {
  switch (error.code) {
    case 'argument-invalid':
    case 'message-invalid':
      return EXIT.usage;
    case 'preset-invalid':
    case 'preset-too-new':
    case 'audio-unreadable':
    case 'gesture-unreadable':
    case 'array-unreadable':
      return EXIT.input;
    case 'file-missing':
    case 'preset-missing':
    case 'model-missing':
      return EXIT.missing;
    case 'file-exists':
    case 'disk-full':
    case 'disk-denied':
      return EXIT.disk;
    case 'not-a-model':
    case 'archive-corrupt':
    case 'archive-too-large':
    case 'pickle-forbidden':
    case 'pickle-corrupt':
    case 'source-syntax':
    case 'operation-unsupported':
    case 'model-interface':
    case 'model-rate':
    case 'model-shape':
    case 'model-weights':
    case 'model-corrupt':
    case 'model-failed':
      return EXIT.model;
    case 'import-cancelled':
    case 'training-cancelled':
    case 'training-failed':
    case 'engine-busy':
    case 'internal':
      return EXIT.failed;
  }
}

/** A line as a terminal may have it: what comes from a file could steer one. */
function plain(line: string): string {
  return line.replace(/\p{Cc}+/gu, ' ');
}

/** What a command says: lines for people, or one JSON value for programs; progress only on a terminal. */
export class Report {
  constructor(private readonly json: boolean) {}

  /** The command's result: `lines` for people, `value` as JSON. */
  result(value: unknown, lines: readonly string[]): void {
    process.stdout.write(
      this.json ? `${JSON.stringify(value, null, 2)}\n` : `${lines.map(plain).join('\n')}\n`,
    );
  }

  /** Shows `share` (0..1) of a long work; a bar on a terminal, nothing in a pipe. */
  progress(title: string): { at(share: number, step?: string): void; done(): void } {
    if (this.json || !process.stderr.isTTY) return { at: () => undefined, done: () => undefined };
    const bar = new SingleBar(
      { format: `${title} {bar} {percentage} % {step}`, hideCursor: true, clearOnComplete: true },
      Presets.shades_grey,
    );
    bar.start(1000, 0, { step: '' });
    // It hides the cursor, which must not stay away where the work is interrupted or fails.
    const stop = () => bar.stop();
    const forget = tidyWhenInterrupted(stop);
    process.once('exit', stop);
    return {
      at: (share, step = '') => bar.update(Math.round(1000 * Math.min(1, share)), { step }),
      done: () => {
        forget();
        process.off('exit', stop);
        stop();
      },
    };
  }

  /** Says something that the result does not depend on. */
  warn(text: string): void {
    process.stderr.write(`tiller: ${plain(text)}\n`);
  }

  /** Prints an error and sets the exit code. */
  error(error: unknown): void {
    const known = error instanceof TillerError ? error : null;
    process.exitCode = known ? exitCode(known) : EXIT.failed;
    if (this.json) {
      const value = known ?? {
        code: 'internal',
        message: error instanceof Error ? error.message : String(error),
      };
      process.stdout.write(`${JSON.stringify({ error: value }, null, 2)}\n`);
    } else if (known) {
      process.stderr.write(
        `tiller: ${plain(known.message)}\n${known.hint === undefined ? '' : `  ${plain(known.hint)}\n`}`,
      );
    } else {
      process.stderr.write(
        `tiller: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
    }
  }
}
