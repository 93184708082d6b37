import { createNanoEvents } from 'nanoevents';
import { TillerError } from '../../document/tiller-error.js';
import type { Preset } from '../../document/preset.js';
import { hasUnsavedChanges } from '../../document/difference.js';
import { History, NO_COMPARISON, type OtherDocument } from '../../document/history.js';
import type { Change, InstrumentState } from './instrument-state.js';

type Listener = (state: InstrumentState, change: Change) => void;

/**
 * The state that the classes of an instrument share: one immutable snapshot, replaced on each change and passed to the
 * listeners. Derived fields (`dirty`, the labels of undo and redo, the comparison) are updated with it. Main thread.
 */
export class StateStore {
  readonly history = new History();
  private readonly events = createNanoEvents<{ change: Listener }>();
  private current: InstrumentState;
  /** The document at the last save or load, which `dirty` compares with; null where its file was deleted. */
  private saved: Preset | null;

  constructor(preset: Preset) {
    this.saved = preset;
    this.current = {
      preset,
      presetId: null,
      dirty: false,
      undoLabel: null,
      redoLabel: null,
      comparison: NO_COMPARISON,
      holds: [],
      draws: { earlier: 0, later: 0 },
      auditioning: null,
      midiLearn: null,
      training: { running: false, done: 0, total: 0, report: null, stale: false },
      model: { manifest: null, missing: null, loading: false },
      stream: null,
      notice: null,
    };
  }

  /** The present snapshot. */
  get state(): InstrumentState {
    return this.current;
  }

  /** Calls `listener` after each change. @returns a function that ends the subscription */
  subscribe(listener: Listener): () => void {
    return this.events.on('change', listener);
  }

  /**
   * Replaces some fields, updates the derived ones, and calls the listeners.
   * @param parameter set where one parameter moved
   */
  change(part: Partial<InstrumentState>, origin: Change['origin'], parameter?: Change['parameter']): void {
    const next = { ...this.current, ...part };
    this.current = {
      ...next,
      dirty: this.saved === null || hasUnsavedChanges(this.saved, next.preset),
      undoLabel: this.history.undoLabel,
      redoLabel: this.history.redoLabel,
      comparison: this.history.steps.comparison,
    };
    this.events.emit('change', this.current, { origin, ...(parameter ? { parameter } : {}) });
  }

  /** Changes some fields of the training's state. */
  changeTraining(part: Partial<InstrumentState['training']>, origin: Change['origin']): void {
    this.change({ training: { ...this.current.training, ...part } }, origin);
  }

  /** Shows an error to the player. */
  notify(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const hint = error instanceof TillerError ? (error.hint ?? null) : null;
    this.change({ notice: { level: 'error', text, hint } }, 'engine');
  }

  /** `preset` equals what is on disk or in the host's project; null where nothing is there any more. */
  markSaved(preset: Preset | null): void {
    this.saved = preset;
  }

  /** Another document is about to replace `document`; undo will lead back, unless it was never saved or changed. */
  leave(document: Preset): void {
    const { presetId, dirty } = this.current;
    if (presetId !== null || dirty) this.history.leave(this.leaving(document));
  }

  /** The document that `document`, the present one, replaced; null where there is none. */
  back(document: Preset): OtherDocument | null {
    return this.history.back(this.leaving(document));
  }

  /** The document that `back` led away from; null where there is none. */
  forward(document: Preset): OtherDocument | null {
    return this.history.forward(this.leaving(document));
  }

  /** Ends every subscription. */
  close(): void {
    this.events.events = {};
  }

  /** `preset`, the present document, with everything needed to return to it. */
  private leaving(preset: Preset): OtherDocument {
    const { presetId } = this.current;
    return { preset, from: { presetId, saved: this.saved, history: this.history.steps } };
  }
}
