import type { Preset } from '../preset/schema.js';

/** Steps that can be taken back. Documents share what did not change, so a step costs little. */
const MAX_STEPS = 500;

interface Step {
  readonly label: string;
  readonly coalesce: string | undefined;
  /** The document before the step. */
  readonly before: Preset;
}

/** Undo and redo over immutable documents. Main thread. */
export class History {
  private done: Step[] = [];
  private undone: { label: string; after: Preset }[] = [];

  /** What undo and redo would do, in the player's words; null where there is nothing. */
  get undoLabel(): string | null {
    return this.done.at(-1)?.label ?? null;
  }
  get redoLabel(): string | null {
    return this.undone.at(-1)?.label ?? null;
  }

  /**
   * Remembers `before`, ahead of a change. Changes in a row with the same `coalesce` key are one step, as the
   * movements of one drag are.
   */
  record(before: Preset, label: string, coalesce?: string): void {
    this.undone = [];
    const last = this.done.at(-1);
    if (coalesce !== undefined && last?.coalesce === coalesce) return;
    this.done.push({ label, coalesce, before });
    if (this.done.length > MAX_STEPS) this.done.shift();
  }

  /** Ends a gesture: the next change with the same key is a step of its own. */
  seal(): void {
    const last = this.done.at(-1);
    if (last?.coalesce !== undefined) this.done[this.done.length - 1] = { ...last, coalesce: undefined };
  }

  /** The document to return to, or null. `present` is what redo will bring back. */
  undo(present: Preset): Preset | null {
    const step = this.done.pop();
    if (step === undefined) return null;
    this.undone.push({ label: step.label, after: present });
    return step.before;
  }

  redo(present: Preset): Preset | null {
    const step = this.undone.pop();
    if (step === undefined) return null;
    this.done.push({ label: step.label, coalesce: undefined, before: present });
    return step.after;
  }

  clear(): void {
    this.done = [];
    this.undone = [];
  }
}
