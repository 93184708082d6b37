import type { Preset } from './preset.js';

/** Steps that can be taken back. Documents share what did not change, so a step costs little. */
export const MAX_STEPS = 500;

/** A step of the player's, in the player's words, and the document that lies on its other side. */
export interface Step {
  readonly label: string;
  readonly document: Preset;
}

/** What can be undone and redone; in both lists the next step to take is the last. Replaced, never changed in place. */
export interface HistorySteps {
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
}

/** Where a document that is loaded comes from. */
export interface LoadedFrom {
  /** Its place in the preset store; null or left out, it was never saved. */
  readonly presetId?: string | null;
  /** What that place holds, where the document has gone beyond it. */
  readonly saved?: Preset;
  /** What can be undone and redone; left out, nothing. */
  readonly history?: HistorySteps;
}

/** A document that was left for another one, and all there is to go on with it. */
export interface LeftDocument {
  readonly preset: Preset;
  readonly from: Required<LoadedFrom>;
}

/** Documents that can be gone back to: each may hold thousands of examples. */
export const MAX_LEFT = 20;
const OPENING = 'open preset';

export const NO_STEPS: HistorySteps = { done: [], undone: [] };

/**
 * Undo and redo over immutable documents. Beyond the first step of a document lies the one that was left for it, with the
 * steps that it had. Main thread.
 */
export class History {
  private current = NO_STEPS;
  /** What the last step was recorded with, while changes may still join it. */
  private open: string | undefined;
  private earlier: readonly LeftDocument[] = [];
  private later: readonly LeftDocument[] = [];

  get steps(): HistorySteps {
    return this.current;
  }

  /** What undo and redo would do, in the player's words; null where there is nothing. */
  get undoLabel(): string | null {
    return this.current.done.at(-1)?.label ?? (this.earlier.length > 0 ? OPENING : null);
  }
  get redoLabel(): string | null {
    return this.current.undone.at(-1)?.label ?? (this.later.length > 0 ? OPENING : null);
  }

  /**
   * Remembers `before`, ahead of a change. Changes in a row with the same `coalesce` key are one step, as the
   * movements of one drag are.
   */
  record(before: Preset, label: string, coalesce?: string): void {
    if (coalesce !== undefined && this.open === coalesce) return;
    this.open = coalesce;
    this.current = {
      done: [...this.current.done, { label, document: before }].slice(-MAX_STEPS),
      undone: [],
    };
    this.later = [];
  }

  /** Ends a gesture: the next change with the same key is a step of its own. */
  seal(): void {
    this.open = undefined;
  }

  /** The document to return to, or null. `present` is what redo will bring back. */
  undo(present: Preset): Preset | null {
    const { done, undone } = this.current;
    const step = done.at(-1);
    if (step === undefined) return null;
    const { document } = step;
    this.restore({ done: done.slice(0, -1), undone: [...undone, { label: step.label, document: present }] });
    return document;
  }

  redo(present: Preset): Preset | null {
    const { done, undone } = this.current;
    const step = undone.at(-1);
    if (step === undefined) return null;
    const { document } = step;
    this.restore({ done: [...done, { label: step.label, document: present }], undone: undone.slice(0, -1) });
    return document;
  }

  /** Another document takes the place of `left`, and has no steps yet. */
  leave(left: LeftDocument): void {
    const { preset, from } = left;
    const history = { ...from.history, undone: [] };
    this.earlier = [...this.earlier, { preset, from: { ...from, history } }].slice(-MAX_LEFT);
    this.later = [];
    this.restore(NO_STEPS);
  }

  /** The document to return to where no step is left to undo, or null; `present` is what redo will bring back. */
  back(present: LeftDocument): LeftDocument | null {
    const left = this.earlier.at(-1);
    if (left === undefined) return null;
    this.earlier = this.earlier.slice(0, -1);
    this.later = [...this.later, present];
    return left;
  }

  /** The document to go on to where no step is left to redo, or null. */
  forward(present: LeftDocument): LeftDocument | null {
    const left = this.later.at(-1);
    if (left === undefined) return null;
    this.later = this.later.slice(0, -1);
    this.earlier = [...this.earlier, present];
    return left;
  }

  /** Lets go of every other document. */
  forget(): void {
    this.earlier = [];
    this.later = [];
  }

  /** Goes on from steps that were kept. */
  restore(steps: HistorySteps): void {
    this.current = steps;
    this.seal();
  }
}
