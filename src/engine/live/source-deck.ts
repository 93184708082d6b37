import { basename, extname } from 'node:path';
import { TillerError } from '../../document/tiller-error.js';
import type { LiveSource, PlayOrder } from '../../protocol/interface-commands.js';
import type { LiveState, Waveform } from '../../protocol/interface.js';
import { readAudio, type AudioFile } from '../audio/read.js';
import { FileList } from './file-list.js';
import type { ToLiveWorker } from './messages.js';
import { waveformOf } from './waveform.js';

/** "kit-beat" as "Kit beat". */
function displayName(stem: string): string {
  const name = stem.replace(/[-_]+/g, ' ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** What the deck needs of its live session. */
interface DeckOwner {
  state(): LiveState;
  change(part: Partial<LiveState>): void;
  post(message: ToLiveWorker): void;
  /** Shows the player what went wrong. */
  fail(message: string): void;
}

/** Decodes an audio file without keeping the main thread. @throws TillerError as `readAudio` does */
export type ReadFile = (path: string, name: string) => Promise<AudioFile>;

/**
 * What the live session plays into the model: loops, the list of added files, the microphone; its waveform, and what follows.
 * Of a list, only the file that plays and the next one are decoded. Main thread.
 */
export class SourceDeck {
  /** Null for the microphone, and until the waveform of a new source is known. */
  waveform: Waveform | null = null;
  private readonly list = new FileList();
  /** Decoded files by their number: the one that was added last, the one that plays, and the next. */
  private readonly decoded = new Map<number, AudioFile>();
  private next: number | null = null;
  /** The file that was added last, until a source is chosen: it is usually the one. */
  private added: number | null = null;
  /** The files that the worker was sent as the next ones since the source was chosen, by the number of the message. */
  private readonly offered = new Map<number, number>();
  /** Count requests: a long file may still be being read when another one is asked for. */
  private sources = 0;
  private nexts = 0;
  private removing: Promise<void> = Promise.resolve();

  constructor(
    private readonly owner: DeckOwner,
    private readonly loops: ReadonlyMap<string, string>,
    private readonly readFile: ReadFile,
  ) {}

  /** The loops as the page lists them. @param paths of the loops, by identifier */
  static listLoops(paths: Iterable<string>): Map<string, string> {
    return new Map([...paths].map((path) => [basename(path, extname(path)), path]));
  }

  /** The loops as the page lists them. */
  get listedLoops(): LiveState['loops'] {
    return [...this.loops.keys()].map((id) => ({ id, name: displayName(id) }));
  }

  /**
   * Plays another source from its beginning.
   * @throws TillerError `file-missing`, and as `readAudio` does
   */
  async setSource(source: LiveSource): Promise<void> {
    const asked = ++this.sources;
    const audio = await this.read(source);
    // The file may have been removed meanwhile.
    if (source.kind === 'file') await this.list.pathOf(source.id);
    if (asked !== this.sources) return;
    this.offered.clear();
    this.owner.post({ type: 'source', source: audio === null ? { kind: 'microphone' } : fileOf(audio) });
    this.adopt(source);
  }

  /** Sends the source and what follows it to a new worker. */
  async resend(): Promise<void> {
    const { source, positionSeconds } = this.owner.state();
    try {
      const audio = await this.read(source);
      // One that was chosen meanwhile has been sent to the new worker.
      if (source !== this.owner.state().source) return;
      this.owner.post({ type: 'source', source: audio === null ? { kind: 'microphone' } : fileOf(audio) });
      this.offered.clear();
      this.next = null;
      if (audio !== null && positionSeconds > 0) this.owner.post({ type: 'seek', seconds: positionSeconds });
      await this.prepareNext();
    } catch (error) {
      // Its file may have been deleted: silence plays until another source is chosen.
      this.owner.fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** The worker has gone on to the file of the `next` with this number. */
  advanced(number: number): void {
    const id = this.offered.get(number);
    // Otherwise another source was chosen meanwhile.
    if (id !== undefined) this.adopt({ kind: 'file', id });
  }

  /** Goes to a position of the source, or to its end where that is earlier. */
  seek(seconds: number): void {
    this.owner.post({ type: 'seek', seconds });
    this.owner.change({ positionSeconds: seconds });
  }

  /**
   * Adds a file to the end of the list.
   * @returns its number
   * @throws TillerError as `readAudio` does; the list is then unchanged
   */
  async addFile(path: string, name: string): Promise<number> {
    const audio = await this.readFile(path, name);
    const { id } = await this.list.add(path, name);
    this.decoded.set(id, audio);
    this.added = id;
    this.listChanged();
    return id;
  }

  /** Plays the file before or after the present one; the first one where no file plays. */
  async stepFile(by: 1 | -1): Promise<void> {
    const { source } = this.owner.state();
    const id = this.list.neighbour(source.kind === 'file' ? source.id : null, by);
    if (id !== null) await this.setSource({ kind: 'file', id });
  }

  /** Removes a file from the list. Where it plays, the next one plays in its place, or else the first loop. */
  removeFile(id: number): Promise<void> {
    // One after the other: the file that plays in place of a removed one may be the next that is removed.
    const removed = this.removing.then(() => this.removeNow(id));
    this.removing = removed.catch(() => undefined);
    return removed;
  }

  /** Moves a file of the list. @param to its new place, from 0 */
  moveFile(id: number, to: number): void {
    this.list.move(id, to);
    this.listChanged();
  }

  /** What plays after a file of the list. */
  setOrder(order: PlayOrder): void {
    this.owner.change({ order });
    void this.prepareNext();
  }

  /** Removes the files of the list. */
  close(): Promise<void> {
    return this.list.close();
  }

  private async removeNow(id: number): Promise<void> {
    const { source } = this.owner.state();
    if (source.kind === 'file' && source.id === id) {
      const other = this.list.neighbour(id, 1);
      const [loop] = this.loops.keys();
      if (other !== null && other !== id) await this.setSource({ kind: 'file', id: other });
      else await this.setSource(loop === undefined ? { kind: 'microphone' } : { kind: 'loop', id: loop });
    }
    await this.list.remove(id);
    this.listChanged();
  }

  private listChanged(): void {
    this.owner.change({ files: [...this.list.files] });
    void this.prepareNext();
  }

  /** `source` plays from now on. */
  private adopt(source: LiveSource): void {
    this.waveform = null;
    this.next = null;
    this.added = null;
    this.owner.change({ source, positionSeconds: 0, cueSeconds: 0 });
    void this.prepareNext();
    void this.showWaveform(source);
  }

  private async showWaveform(source: LiveSource): Promise<void> {
    const audio = await this.read(source).catch(() => null);
    const waveform = audio && (await waveformOf(audio));
    if (source !== this.owner.state().source) return;
    this.waveform = waveform;
    this.owner.change({});
  }

  /** Has the worker go on with the file that follows, decoded ahead of time. */
  private async prepareNext(): Promise<void> {
    const asked = ++this.nexts;
    const offers = this.next !== null;
    const { source, order } = this.owner.state();
    const id = source.kind === 'file' ? this.list.after(source.id, order) : null;
    let audio: AudioFile | null = null;
    try {
      audio = id === null ? null : await this.read({ kind: 'file', id });
    } catch (error) {
      this.owner.fail(error instanceof Error ? error.message : String(error));
    }
    if (asked !== this.nexts) return;
    this.next = audio === null ? null : id;
    if (this.next !== null) this.offered.set(asked, this.next);
    this.dropOthers();
    if (audio === null && !offers) return;
    this.owner.post({
      type: 'next',
      number: asked,
      audio: audio && { rate: audio.rate, channels: audio.channels },
    });
  }

  /** Keeps only what plays, what follows, and what was added last. */
  private dropOthers(): void {
    const { source } = this.owner.state();
    const kept = [this.next, this.added, source.kind === 'file' ? source.id : null];
    for (const id of this.decoded.keys()) if (!kept.includes(id)) this.decoded.delete(id);
  }

  /** The audio of a source; null for the microphone. */
  private async read(source: LiveSource): Promise<AudioFile | null> {
    if (source.kind === 'microphone') return null;
    if (source.kind === 'loop') return readAudio(this.loopPath(source.id));
    const { id } = source;
    const audio =
      this.decoded.get(id) ?? (await this.readFile(await this.list.pathOf(id), this.list.nameOf(id)));
    this.decoded.set(id, audio);
    return audio;
  }

  private loopPath(id: string): string {
    const path = this.loops.get(id);
    if (path !== undefined) return path;
    throw new TillerError('file-missing', `There is no loop “${id}”.`, 'Choose another one.');
  }
}

const fileOf = ({ rate, channels }: AudioFile) => ({ kind: 'file', rate, channels }) as const;
