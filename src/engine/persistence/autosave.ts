import { rename } from 'node:fs/promises';
import { z } from 'zod';
import { TillerError } from '../../document/tiller-error.js';
import { MAX_PRESET_BYTES, parsePreset } from '../../document/parse-preset.js';
import type { Preset } from '../../document/preset.js';
import { NO_STEPS, type HistorySteps } from '../../document/history.js';
import type { Instrument } from '../instrument/instrument.js';
import { MAX_HISTORY_LENGTH, formatHistory, parseHistory } from '../../document/stored-history.js';
import { StoredFile, readStored } from './stored-file.js';

/** Where the hand is, is written this often while it moves. Everything else is written at once. */
const HAND_MILLISECONDS = 700;
const FORMAT = 'tiller-session';

/** What outlives an engine. */
export interface StoredSession {
  readonly preset: Preset;
  /** Where the document came from in the preset store; null where it never was there. */
  readonly presetId: string | null;
  readonly history: HistorySteps;
}

const sessionSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  presetId: z.string().max(200).nullable(),
  preset: z.unknown(),
  /** Left out by the first sessions, which kept none. */
  history: z.string().optional(),
});

/**
 * The session that an engine before this one left, or null where there is none.
 * @throws TillerError `preset-invalid` when it cannot be read; the file is moved aside
 */
export function readAutosave(path: string): Promise<StoredSession | null> {
  return readStored(path, 'The last session could not be read, so this one begins anew.', parseSession);
}

/**
 * Keeps what is at `path` under another name, for a session that does not go on with it.
 * @returns where it is now
 */
export async function moveAside(path: string): Promise<string> {
  const aside = `${path}.${Date.now()}.kept`;
  await rename(path, aside);
  return aside;
}

function parseSession(text: string): StoredSession {
  if (text.length > MAX_PRESET_BYTES + 2 * MAX_HISTORY_LENGTH) throw new RangeError('the file is too large');
  const session = sessionSchema.parse(JSON.parse(text));
  const preset = parsePreset(session.preset);
  const history = session.history === undefined ? NO_STEPS : parseHistory(session.history, preset);
  return { preset, presetId: session.presetId, history };
}

const sharedSession = (beside: string) =>
  new TillerError(
    'file-exists',
    'Another Tiller keeps its session in the same file.',
    `This one is kept as ${beside}. Save a preset to find it in the list.`,
  );

/**
 * Keeps the live session on disk as it changes, so that an engine that ends, however it ends, loses nothing but the
 * last movement of a hand. Main thread.
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
   * @param onError told once until a write succeeds: a full disk does not get fuller by telling it at every gesture
   * @param stamp of the file that this session goes on with
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

  /** Stops, after a last write. */
  async close(): Promise<void> {
    this.closed = true;
    this.unsubscribe();
    this.forgetTimer();
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
      this.timer ??= setTimeout(() => this.start(), HAND_MILLISECONDS);
  }

  private start(): void {
    this.forgetTimer();
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
      const beside = await this.file.write(text);
      this.failed = false;
      if (beside !== null) this.onError(sharedSession(beside));
    } catch (error) {
      if (!this.failed) this.onError(error);
      this.failed = true;
    }
  }

  /** A hand that moves changes nothing of it. */
  private formatHistory(steps: HistorySteps): string {
    if (this.history?.steps !== steps) this.history = { steps, text: formatHistory(steps) };
    return this.history.text;
  }

  private forgetTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
