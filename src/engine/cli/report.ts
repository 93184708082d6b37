import { Presets, SingleBar } from 'cli-progress';
import { TillerError } from '../../document/tiller-error.js';
import { cleanUpWhenInterrupted } from './interrupt.js';

/** Exit codes by kind of error, for scripts. */
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
    case 'carry-cancelled':
    case 'listen-cancelled':
    case 'map-cancelled':
    case 'engine-busy':
    case 'internal':
      return EXIT.failed;
  }
}

/** Replaces control characters, which text from a file could use to control the terminal. */
function plain(line: string): string {
  return line.replace(/\p{Cc}+/gu, ' ');
}

/** Output of a command: lines of text, or one JSON value with `--json`; progress only on a terminal. */
export class Report {
  constructor(private readonly json: boolean) {}

  /** Prints the command's result: `lines` as text or `value` as JSON. */
  result(value: unknown, lines: readonly string[]): void {
    process.stdout.write(
      this.json ? `${JSON.stringify(value, null, 2)}\n` : `${lines.map(plain).join('\n')}\n`,
    );
  }

  /** Shows progress, `share` 0..1, as a bar on a terminal; nothing elsewhere. */
  progress(title: string): { at(share: number, step?: string): void; done(): void } {
    if (this.json || !process.stderr.isTTY) return { at: () => undefined, done: () => undefined };
    const bar = new SingleBar(
      { format: `${title} {bar} {percentage} % {step}`, hideCursor: true, clearOnComplete: true },
      Presets.shades_grey,
    );
    bar.start(1000, 0, { step: '' });
    // The bar hides the cursor, which must be restored where the task is interrupted or fails.
    const stop = () => bar.stop();
    const unregister = cleanUpWhenInterrupted(stop);
    process.once('exit', stop);
    return {
      at: (share, step = '') => bar.update(Math.round(1000 * Math.min(1, share)), { step }),
      done: () => {
        unregister();
        process.off('exit', stop);
        stop();
      },
    };
  }

  /** Prints a warning. */
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
