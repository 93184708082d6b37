import { z } from 'zod';
import { TillerError } from '../../document/tiller-error.js';
import { MAX_PRESET_BYTES, parsePreset } from '../../document/parse-preset.js';
import type { Preset } from '../../document/preset.js';
import { NO_STEPS, type HistorySteps } from '../../document/history.js';
import type { Instrument } from '../instrument/instrument.js';
import { MAX_HISTORY_LENGTH, formatHistory, parseHistory } from '../../document/stored-history.js';
import { StoredFile, readStored } from './stored-file.js';
import { renamePatiently } from '../system/rename.js';

/** Interval at which the inputs' present values are written while they move. Everything else is written at once. */
const VALUES_INTERVAL_MS = 700;
const FORMAT = 'tiller-session';
/** Longest file that is read, and so the longest that is written. */
const MAX_SESSION_LENGTH = MAX_PRESET_BYTES + 2 * MAX_HISTORY_LENGTH;

/** The live session's document as an earlier engine stored it. */
export interface StoredSession {
  readonly preset: Preset;
  /** Its identifier in the preset store; null where it was never saved. */
  readonly presetId: string | null;
  readonly history: HistorySteps;
}

const sessionSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  presetId: z.string().max(200).nullable(),
  preset: z.unknown(),
  /** Not written by the first versions. */
  history: z.string().optional(),
});

/**
 * Reads the session that an earlier engine stored; null where there is none.
 * @throws TillerError `preset-invalid` where it cannot be read; the file is then renamed
 */
export function readAutosave(path: string): Promise<StoredSession | null> {
  return readStored(
    path,
    'The last session could not be read; this one starts from the beginning.',
    parseSession,
  );
}

/** Renames the file at `path`, so that the next session does not overwrite it. @returns its new path */
export async function moveAside(path: string): Promise<string> {
  const aside = `${path}.${Date.now()}.kept`;
  await renamePatiently(path, aside);
  return aside;
}

function parseSession(text: string): StoredSession {
  if (text.length > MAX_SESSION_LENGTH) throw new RangeError('the file is too large');
  const session = sessionSchema.parse(JSON.parse(text));
  const preset = parsePreset(session.preset);
  const history = session.history === undefined ? NO_STEPS : parseHistory(session.history, preset);
  return { preset, presetId: session.presetId, history };
}

const tooLarge = () =>
  new TillerError(
    'preset-invalid',
    'This instrument is larger than the 16 MB that can be stored; the session is kept on disk as it was before.',
    'Remove examples, loops, or what belongs to a model that you do not need.',
  );

const sharedSession = (beside: string) =>
  new TillerError(
    'file-exists',
    'Another running Tiller stores its session in the same file.',
    `This session is stored as ${beside}. Save it as a preset to find it in the list.`,
  );

/**
 * Stores the live session on disk as it changes, so that an engine that ends in any way loses at most 0.7 s of moves of the
 * inputs. Main thread.
 */
export class Autosave {
  private written: StoredSession;
  private history: { readonly steps: HistorySteps; readonly text: string } | null = null;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> | null = null;
  private failed = false;
  private closed = false;
  private readonly file: StoredFile;
  private readonly unsubscribe: () => void;

  /**
   * @param onError called with the first of several failed writes in a row, and where another process writes the same file
   * @param stamp version of the file that this session continues; null where it continues none
   */
  constructor(
    private readonly instrument: Pick<Instrument, 'state' | 'document' | 'history' | 'subscribe'>,
    path: string,
    private readonly onError: (error: unknown) => void,
    stamp: string | null = null,
  ) {
    this.file = new StoredFile(path, stamp);
    this.written = this.session;
    this.unsubscribe = instrument.subscribe(() => this.follow());
  }

  /** Ends autosaving after a last write where anything has changed. */
  async close(): Promise<void> {
    this.closed = true;
    this.unsubscribe();
    this.clearTimer();
    await this.writing;
    if (this.failed || this.isEdited() || this.session.preset !== this.written.preset) await this.write();
  }

  private get session(): StoredSession {
    const { preset, presetId } = this.instrument.state;
    return { preset, presetId, history: this.instrument.history };
  }

  private isEdited(): boolean {
    const { presetId, history } = this.session;
    return presetId !== this.written.presetId || history !== this.written.history;
  }

  private follow(): void {
    if (this.closed || this.writing !== null) return;
    if (this.isEdited()) this.start();
    else if (this.session.preset !== this.written.preset)
      this.timer ??= setTimeout(() => this.start(), VALUES_INTERVAL_MS);
  }

  private start(): void {
    this.clearTimer();
    this.writing = this.write().finally(() => {
      this.writing = null;
      this.follow();
    });
  }

  private async write(): Promise<void> {
    this.written = this.session;
    const { presetId, history } = this.written;
    const text = JSON.stringify({
      format: FORMAT,
      version: 1,
      presetId,
      preset: this.instrument.document,
      history: this.formatHistory(history),
    });
    try {
      if (text.length > MAX_SESSION_LENGTH) throw tooLarge();
      const beside = await this.file.write(text);
      this.failed = false;
      if (beside !== null) this.onError(sharedSession(beside));
    } catch (error) {
      if (!this.failed) this.onError(error);
      this.failed = true;
    }
  }

  /** The history as text, formatted again only where it has changed. */
  private formatHistory(steps: HistorySteps): string {
    if (this.history?.steps !== steps)
      this.history = { steps, text: formatHistory(steps, this.instrument.document) };
    return this.history.text;
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
