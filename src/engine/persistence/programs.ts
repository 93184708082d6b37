import { z } from 'zod';
import { TillerError } from '../../document/tiller-error.js';
import {
  MAX_ASSIGNMENTS,
  NO_PROGRAMS,
  programAssignmentSchema,
  programSettingsSchema,
  type ProgramsState,
} from '../../protocol/programs.js';
import { SharedFile } from './shared-file.js';

const FORMAT = 'tiller-programs';

/** The plugin reads the settings before there is an engine: `native/tiller/plugin/ProgramFile.cpp`. */
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

/**
 * Which MIDI program changes recall which presets, as the player has assigned them. All engines of the player share one file,
 * and follow each other's changes. Main thread.
 */
export class Programs {
  private readonly file: SharedFile<ProgramsState>;

  /** @param path null keeps them in memory only */
  constructor(path: string | null) {
    this.file = new SharedFile(path, {
      empty: NO_PROGRAMS,
      unreadable: 'The assignments of program changes could not be read. Assign them again.',
      parse: (json) => {
        const { on, channel, assignments } = schema.parse(json);
        return inOrder({ on, channel, assignments });
      },
      stringify: (state) => JSON.stringify({ format: FORMAT, version: 1, ...state }),
    });
  }

  get state(): ProgramsState {
    return this.file.content;
  }

  /** Whether `state` is what the file says. */
  get isRead(): boolean {
    return this.file.isRead;
  }

  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.file.subscribe(listener);
  }

  /** Calls `listener` where a file that another program has changed cannot be read. */
  onError(listener: (error: unknown) => void): () => void {
    return this.file.onError(listener);
  }

  /** Reads the file, and again whenever it changes, until `close`. @throws as `readStored`; program changes then recall nothing */
  open(): Promise<void> {
    return this.file.open();
  }

  /** Ends the watch of the file. */
  close(): void {
    this.file.close();
  }

  /** The preset that a program change recalls, once everything before is read; null for none. @param channel 1..16; left out, any */
  async find(program: number, channel?: number): Promise<string | null> {
    await this.file.settled();
    const { on, channel: wanted, assignments } = this.state;
    if (!on || (channel !== undefined && wanted !== 0 && channel !== wanted)) return null;
    return assignments.find((assignment) => assignment.program === program)?.preset ?? null;
  }

  /** Changes settings and stores them. Rejects as `assign` does. */
  set({ on, channel }: { on?: boolean | undefined; channel?: number | undefined }): Promise<void> {
    return this.file.update((state) => ({
      ...state,
      on: on ?? state.on,
      channel: channel ?? state.channel,
    }));
  }

  /**
   * Assigns a program to a preset, in place of the one that it had, and stores it; null takes it away. Resolves when it is stored.
   * @throws errors of the file system; TillerError `preset-invalid` where the file was changed into something else,
   * `argument-invalid` beyond `MAX_ASSIGNMENTS`
   */
  assign(program: number, preset: string | null): Promise<void> {
    return this.file.update((state) => {
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
}
