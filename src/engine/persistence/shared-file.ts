import { unwatchFile, watchFile } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createNanoEvents } from 'nanoevents';
import writeFileAtomic from 'write-file-atomic';
import { withFileLock } from '../system/file-lock.js';
import { readStored } from './stored-file.js';

/** Other engines' changes are noticed this much later at most. */
const WATCH_MILLISECONDS = 2000;
const MAX_LENGTH = 1_000_000;

/** How the content of a shared file is read and written. */
export interface SharedFormat<T> {
  /** What there is without a file. */
  readonly empty: T;
  /** Message for the player where the file cannot be read. */
  readonly unreadable: string;
  /** @throws any error where the JSON is not of this format */
  readonly parse: (json: unknown) => T;
  readonly stringify: (content: T) => string;
}

/**
 * A file of the player's that all engines share: each changes what it says at that moment, one engine at a time, and follows the
 * changes of the others.
 * Main thread.
 */
export class SharedFile<T> {
  content: T;
  /** Whether `content` is what the file says. */
  isRead = false;
  private readonly events = createNanoEvents<{ change: () => void; error: (error: unknown) => void }>();
  /** The last reading or change; one is made at a time. */
  private queue: Promise<void> = Promise.resolve();
  private readonly onFileChange = () => {
    this.reload().catch((error: unknown) => this.events.emit('error', error));
  };

  /** @param path null keeps the content in memory only */
  constructor(
    private readonly path: string | null,
    private readonly format: SharedFormat<T>,
  ) {
    this.content = format.empty;
  }

  /** Calls `listener` after each change. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** Calls `listener` where a file that another program has changed cannot be read. */
  onError(listener: (error: unknown) => void): () => void {
    return this.events.on('error', listener);
  }

  /** Reads the file, and again whenever it changes, until `close`. @throws as `readStored`; the content is then empty */
  async open(): Promise<void> {
    const { path } = this;
    if (path === null) return;
    watchFile(path, { interval: WATCH_MILLISECONDS, persistent: false }, this.onFileChange);
    await this.reload();
  }

  /** Ends the watch of the file. */
  close(): void {
    if (this.path !== null) unwatchFile(this.path, this.onFileChange);
  }

  /** Resolves once everything before is read and written. */
  settled(): Promise<void> {
    return this.queue;
  }

  /**
   * Changes what the file says now and stores it; resolves when it is stored.
   * @throws errors of the file system and of `change`; TillerError `preset-invalid` where the file was changed into something else
   */
  update(change: (content: T) => T): Promise<void> {
    const { path } = this;
    return this.inTurn(async () => {
      if (path === null) {
        this.set(change(this.content));
        return;
      }
      await mkdir(dirname(path), { recursive: true });
      // Another engine may have changed the file since it was read, and may want to change it now.
      const next = await withFileLock(path, async () => {
        const changed = change((await this.read(path)) ?? this.format.empty);
        await writeFileAtomic(path, this.format.stringify(changed));
        return changed;
      });
      this.set(next);
    });
  }

  private reload(): Promise<void> {
    const { path } = this;
    return this.inTurn(async () => {
      if (path !== null) this.set((await this.read(path)) ?? this.format.empty);
    });
  }

  private read(path: string): Promise<T | null> {
    const { unreadable, parse } = this.format;
    return readStored(path, unreadable, (text) => {
      if (text.length > MAX_LENGTH) throw new RangeError('the file is too large');
      return parse(JSON.parse(text));
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private set(content: T): void {
    const { stringify } = this.format;
    if (this.isRead && stringify(content) === stringify(this.content)) return;
    this.content = content;
    this.isRead = true;
    this.events.emit('change');
  }
}
