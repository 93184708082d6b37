import { z } from 'zod';
import { isAction } from '../../document/action.js';
import { ASSIGNMENT_MODES, type Assignment } from '../../document/assignment.js';
import { assignmentSchema } from '../../document/assignment-schema.js';
import { controllerSourceSchema } from '../../document/controller-source.js';
import { MAX_CONTROLLERS } from '../../document/limits.js';
import { TillerError } from '../../document/tiller-error.js';
import { SharedFile } from './shared-file.js';

const FORMAT = 'tiller-controller-map';
const VERSION = 1;

interface Content {
  readonly assignments: readonly Assignment[];
  /** Entries that a later version has written, as they are in the file. */
  readonly later: readonly unknown[];
}

const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  assignments: z.array(z.unknown()).max(MAX_CONTROLLERS),
});

const entrySchema = z.looseObject({
  id: z.string().min(1).max(64),
  action: z.looseObject({ id: z.string().max(200) }),
  source: z.looseObject({ kind: z.string().max(200) }),
  mode: z.string().max(200),
});
const SOURCE_KINDS = new Set<string>(controllerSourceSchema.options.map(({ shape }) => shape.kind.value));
const MODES: readonly string[] = ASSIGNMENT_MODES;
const WITH_ARGUMENT = ['example', 'preset'];

/** Whether an entry names an action, a kind of source or a mode that this version does not have. */
function isLater(entry: unknown): boolean {
  const { success, data } = entrySchema.safeParse(entry);
  if (!success) return false;
  const isKnown = isAction(data.action.id) || WITH_ARGUMENT.includes(data.action.id);
  return !isKnown || !SOURCE_KINDS.has(data.source.kind) || !MODES.includes(data.mode);
}

function parse(json: unknown): Content {
  const entries = schema.parse(json).assignments;
  const later = entries.filter(isLater);
  const assignments = entries
    .filter((entry) => !later.includes(entry))
    .map((entry) => assignmentSchema.parse(entry));
  return { assignments, later };
}

/**
 * The player's own controller map, which outlives presets and projects. All engines of the player share the file, and follow each
 * other's changes. Entries that a later version has written are ignored and kept. Main thread.
 */
export class ControllerMapFile {
  private readonly file: SharedFile<Content>;

  /** @param path null keeps it in memory only */
  constructor(path: string | null) {
    this.file = new SharedFile<Content>(path, {
      empty: { assignments: [], later: [] },
      unreadable: 'The controller map could not be read. Assign the controllers again.',
      parse,
      stringify: ({ assignments, later }) =>
        JSON.stringify({ format: FORMAT, version: VERSION, assignments: [...assignments, ...later] }),
    });
  }

  get content(): readonly Assignment[] {
    return this.file.content.assignments;
  }

  /** Calls `listener` after each change. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void {
    return this.file.subscribe(listener);
  }

  /** Calls `listener` where a file that another program has changed cannot be read. */
  onError(listener: (error: unknown) => void): () => void {
    return this.file.onError(listener);
  }

  /** Reads the file, and again whenever it changes, until `close`. @throws as `readStored`; nothing is then assigned */
  open(): Promise<void> {
    return this.file.open();
  }

  /** Ends the watch of the file. */
  close(): void {
    this.file.close();
  }

  /**
   * Changes what the file says now and stores it.
   * @throws as `SharedFile.update`; TillerError `argument-invalid` where there are too many with those of a later version
   */
  update(change: (assignments: readonly Assignment[]) => readonly Assignment[]): Promise<void> {
    return this.file.update(({ assignments: before, later }) => {
      const assignments = change(before);
      if (assignments.length > before.length && assignments.length + later.length > MAX_CONTROLLERS)
        throw tooMany(later.length);
      return { assignments, later };
    });
  }
}

const tooMany = (later: number) =>
  new TillerError(
    'argument-invalid',
    `At most ${MAX_CONTROLLERS} controllers can be assigned, ${later} of which a newer Tiller has made.`,
    'Remove some first.',
  );
