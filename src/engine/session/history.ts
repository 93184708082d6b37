import type { Preset } from '../preset/schema.js';

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

export const NO_STEPS: HistorySteps = { done: [], undone: [] };

/** Undo and redo over immutable documents. Main thread. */
export class History {
  private current = NO_STEPS;
  /** What the last step was recorded with, while changes may still join it. */
  private open: string | undefined;

  get steps(): HistorySteps {
    return this.current;
  }

  /** What undo and redo would do, in the player's words; null where there is nothing. */
  get undoLabel(): string | null {
    return this.current.done.at(-1)?.label ?? null;
  }
  get redoLabel(): string | null {
    return this.current.undone.at(-1)?.label ?? null;
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

  /** Goes on from steps that were kept. */
  restore(steps: HistorySteps): void {
    this.current = steps;
    this.seal();
  }
}
