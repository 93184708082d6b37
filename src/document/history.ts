import type { Preset } from './preset.js';

/** Two states of one document that are compared, A and B: one of them plays. */
export interface Comparison {
  /** The one that plays. */
  readonly side: 'A' | 'B';
  /** The document of the other side, as it was left; null before the first exchange. */
  readonly other: Preset | null;
}

export const NO_COMPARISON: Comparison = { side: 'A', other: null };

/** Most steps that can be undone. Documents share unchanged parts, so a step takes little memory. */
export const MAX_STEPS = 500;

/** One step: what the player did, and the document that undoing or redoing it leads to. */
export interface Step {
  /** As shown to the player. */
  readonly label: string;
  readonly document: Preset;
  /** Whether the step exchanged the two sides of the comparison, in place of changing the document. */
  readonly exchanges: boolean;
}

/**
 * The steps that can be undone and redone, and the comparison that they belong to; in both lists the next step is last.
 * Replaced, never changed in place.
 */
export interface HistorySteps {
  readonly done: readonly Step[];
  readonly undone: readonly Step[];
  readonly comparison: Comparison;
}

/** Where a loaded document comes from. */
export interface LoadedFrom {
  /** Its identifier in the preset store; null or left out where it was never saved. */
  readonly presetId?: string | null;
  /** What is saved there, where the document has unsaved changes; null where the file was deleted. */
  readonly saved?: Preset | null;
  /** Its undo history; empty where left out. */
  readonly history?: HistorySteps;
}

/** A document that another one replaced, with everything needed to return to it. */
export interface OtherDocument {
  readonly preset: Preset;
  readonly from: Required<LoadedFrom>;
}

/** Most documents that undo can return to: each may hold thousands of examples. */
export const MAX_OTHERS = 20;
const OPENING = 'open preset';

export const NO_STEPS: HistorySteps = { done: [], undone: [], comparison: NO_COMPARISON };

/**
 * Undo and redo over immutable documents. Undoing beyond a document's first step leads to the document that it replaced,
 * with that one's own steps. Main thread.
 */
export class History {
  private current = NO_STEPS;
  /** The `coalesce` key of the last step, while further changes may join it. */
  private open: string | undefined;
  private earlier: readonly OtherDocument[] = [];
  private later: readonly OtherDocument[] = [];

  /** What can be undone and redone, for `restore`; replaced at each step. */
  get steps(): HistorySteps {
    return this.current;
  }

  /** What undo would take back, as shown to the player; null where there is nothing. */
  get undoLabel(): string | null {
    return this.current.done.at(-1)?.label ?? (this.earlier.length > 0 ? OPENING : null);
  }
  /** Name of the step that `redo` takes again; null where there is none. */
  get redoLabel(): string | null {
    return this.current.undone.at(-1)?.label ?? (this.later.length > 0 ? OPENING : null);
  }

  /**
   * Records `before` as a step, ahead of a change. Successive changes with the same `coalesce` key are one step, such as
   * the moves of one drag.
   */
  record(before: Preset, label: string, coalesce?: string): void {
    if (coalesce !== undefined && this.open === coalesce) return;
    this.open = coalesce;
    this.add({ label, document: before, exchanges: false });
  }

  /**
   * Exchanges the sides of the comparison as one step; B begins as a copy of A.
   * @param present the document that plays
   * @returns the document that the other side plays
   */
  exchange(present: Preset): Preset {
    const { other } = this.current.comparison;
    this.seal();
    this.add({ label: 'switch between A and B', document: present, exchanges: true });
    this.restore({ ...this.current, comparison: exchanged(this.current.comparison, present) });
    return other ?? present;
  }

  /** Ends a gesture: the next change with the same key is a new step. */
  seal(): void {
    this.open = undefined;
  }

  /** The document before the last step, or null where there is none. `present` is what redo will return to. */
  undo(present: Preset): Preset | null {
    const { done, undone } = this.current;
    const step = done.at(-1);
    if (step === undefined) return null;
    // Read before anything changes: a stored document is validated here, and may be refused.
    const { document } = step;
    const comparison = this.comparisonAfter(step, present);
    this.restore({ done: done.slice(0, -1), undone: [...undone, leadingTo(present, step)], comparison });
    return document;
  }

  /** The document after the step that was undone last, or null. @param present the document that undo returns to */
  redo(present: Preset): Preset | null {
    const { done, undone } = this.current;
    const step = undone.at(-1);
    if (step === undefined) return null;
    // Read before anything changes: a stored document is validated here, and may be refused.
    const { document } = step;
    const comparison = this.comparisonAfter(step, present);
    this.restore({ done: [...done, leadingTo(present, step)], undone: undone.slice(0, -1), comparison });
    return document;
  }

  /** Another document, without steps yet, replaces `left`. */
  leave(left: OtherDocument): void {
    const { preset, from } = left;
    const history = { ...from.history, undone: [] };
    this.earlier = [...this.earlier, { preset, from: { ...from, history } }].slice(-MAX_OTHERS);
    this.later = [];
    this.restore(NO_STEPS);
  }

  /** The document that the present one replaced, or null. `present` is what `forward` will return to. */
  back(present: OtherDocument): OtherDocument | null {
    const left = this.earlier.at(-1);
    if (left === undefined) return null;
    this.earlier = this.earlier.slice(0, -1);
    this.later = [...this.later, present];
    return left;
  }

  /** The document that `back` led away from, or null. */
  forward(present: OtherDocument): OtherDocument | null {
    const left = this.later.at(-1);
    if (left === undefined) return null;
    this.later = this.later.slice(0, -1);
    this.earlier = [...this.earlier, present];
    return left;
  }

  /** Drops every other document. */
  dropOthers(): void {
    this.earlier = [];
    this.later = [];
  }

  /** Replaces the steps of the present document. */
  restore(steps: HistorySteps): void {
    this.current = steps;
    this.seal();
  }

  private add(step: Step): void {
    const done = [...this.current.done, step].slice(-MAX_STEPS);
    this.current = { ...this.current, done, undone: [] };
    this.later = [];
  }

  /** The comparison after a step was undone or redone; `left` is the document that it leads away from. */
  private comparisonAfter({ exchanges }: Step, left: Preset): Comparison {
    const { comparison } = this.current;
    return exchanges ? exchanged(comparison, left) : comparison;
  }
}

/** The step that takes `step` back, or does it again. */
const leadingTo = (document: Preset, { label, exchanges }: Step): Step => ({ label, document, exchanges });

/** The comparison after `left`, the document that played, was exchanged for the other side's. */
const exchanged = ({ side }: Comparison, left: Preset): Comparison => ({
  side: side === 'A' ? 'B' : 'A',
  other: left,
});
