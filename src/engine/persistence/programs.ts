import { unwatchFile, watchFile } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createNanoEvents } from 'nanoevents';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { TillerError } from '../../document/tiller-error.js';
import {
  MAX_ASSIGNMENTS,
  NO_PROGRAMS,
  programAssignmentSchema,
  programSettingsSchema,
  type ProgramsState,
} from '../../protocol/programs.js';
import { readStored } from './stored-file.js';

const FORMAT = 'tiller-programs';
/** Also the plugin's bound: `native/tiller/plugin/ProgramFile.cpp` reads the settings before there is an engine. */
const MAX_LENGTH = 1_000_000;
/** Other engines' changes are noticed this much later at most. */
const WATCH_MILLISECONDS = 2000;

const schema = programSettingsSchema.extend({
  format: z.literal(FORMAT),
  version: z.literal(1),
  assignments: z.array(programAssignmentSchema).max(MAX_ASSIGNMENTS),
});

const inOrder = (state: ProgramsState): ProgramsState => ({
  ...state,
  assignments: [
    ...new Map(state.assignments.map((assignment) => [assignment.program, assignment])).values(),
  ].sort((a, b) => a.program - b.program),
});

function read(path: string): Promise<ProgramsState | null> {
  return readStored(
    path,
    'The assignments of program changes could not be read. Assign them again.',
    (text) => {
      if (text.length > MAX_LENGTH) throw new RangeError('the file is too large');
      const { on, channel, assignments } = schema.parse(JSON.parse(text));
      return inOrder({ on, channel, assignments });
    },
  );
}

/**
 * Which MIDI program changes recall which presets, as the player has assigned them. All engines of the player share one file,
 * and follow each other's changes. Main thread.
 */
export class Programs {
  state: ProgramsState = NO_PROGRAMS;
  /** Whether `state` is what the file says. */
  isRead = false;
  private readonly events = createNanoEvents<{ change: () => void; error: (error: unknown) => void }>();
  /** The last reading or change; one is made at a time. */
  private queue: Promise<void> = Promise.resolve();
  private readonly onFileChange = () => {
    this.reload().catch((error: unknown) => this.events.emit('error', error));
  };

  /** @param path null keeps them in memory only */
  constructor(private readonly path: string | null) {}

  subscribe(listener: () => void): () => void {
    return this.events.on('change', listener);
  }

  /** Calls `listener` where a file that another program has changed cannot be read. */
  onError(listener: (error: unknown) => void): () => void {
    return this.events.on('error', listener);
  }

  /** Reads the file, and again whenever it changes, until `close`. @throws as `readStored`; program changes then recall nothing */
  async open(): Promise<void> {
    const { path } = this;
    if (path === null) return;
    watchFile(path, { interval: WATCH_MILLISECONDS, persistent: false }, this.onFileChange);
    await this.reload();
  }

  close(): void {
    if (this.path !== null) unwatchFile(this.path, this.onFileChange);
  }

  /** The preset that a program change recalls, once everything before is read; null for none. @param channel 1..16; left out, any */
  async find(program: number, channel?: number): Promise<string | null> {
    await this.queue;
    const { on, channel: wanted, assignments } = this.state;
    if (!on || (channel !== undefined && wanted !== 0 && channel !== wanted)) return null;
    return assignments.find((assignment) => assignment.program === program)?.preset ?? null;
  }

  /** Changes settings and stores them. Rejects as `assign` does. */
  set({ on, channel }: { on?: boolean | undefined; channel?: number | undefined }): Promise<void> {
    return this.update((state) => ({ ...state, on: on ?? state.on, channel: channel ?? state.channel }));
  }

  /**
   * Assigns a program to a preset, in place of the one that it had, and stores it; null takes it away. Resolves when it is stored.
   * @throws errors of the file system; TillerError `preset-invalid` where the file was changed into something else,
   * `argument-invalid` beyond `MAX_ASSIGNMENTS`
   */
  assign(program: number, preset: string | null): Promise<void> {
    return this.update((state) => {
      const others = state.assignments.filter((assignment) => assignment.program !== program);
      if (preset === null) return { ...state, assignments: others };
      if (others.length >= MAX_ASSIGNMENTS)
        throw new TillerError(
          'argument-invalid',
          `At most ${MAX_ASSIGNMENTS} programs can be assigned.`,
          'Remove some first.',
        );
      return inOrder({ ...state, assignments: [...others, { program, preset }] });
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private reload(): Promise<void> {
    const { path } = this;
    return this.inTurn(async () => {
      if (path !== null) this.change((await read(path)) ?? NO_PROGRAMS);
    });
  }

  private update(change: (state: ProgramsState) => ProgramsState): Promise<void> {
    const { path } = this;
    return this.inTurn(async () => {
      // Another engine may have changed the file since it was read.
      const next = change(path === null ? this.state : ((await read(path)) ?? NO_PROGRAMS));
      if (path !== null) {
        await mkdir(dirname(path), { recursive: true });
        await writeFileAtomic(path, JSON.stringify({ format: FORMAT, version: 1, ...next }));
      }
      this.change(next);
    });
  }

  private change(state: ProgramsState): void {
    if (this.isRead && JSON.stringify(state) === JSON.stringify(this.state)) return;
    this.state = state;
    this.isRead = true;
    this.events.emit('change');
  }
}
