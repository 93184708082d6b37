import type { TrainingReport } from '../mapping/train.js';
import type { ModelManifest } from '../model/manifest.js';
import type { ModelReference, Preset } from '../../document/preset.js';

/** Something the player should know, with what to do about it. */
export interface Notice {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly hint: string | null;
}

/** Everything about one instrument but what sounds this instant. Replaced, never changed in place. */
export interface InstrumentState {
  readonly preset: Preset;
  /** Where `preset` came from in the preset store, or null for one that was never saved. */
  readonly presetId: string | null;
  /** True when something worth saving has changed since. */
  readonly dirty: boolean;
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  /** Latents held by hand: one per dimension, null where the mapping plays. */
  readonly holds: readonly (number | null)[];
  readonly auditioning: string | null;
  readonly midiLearn: number | null;
  readonly training: {
    readonly running: boolean;
    /** Dimensions done of all, while running. */
    readonly done: number;
    readonly total: number;
    /** Of the mapping that plays now. */
    readonly report: TrainingReport | null;
    /** True when examples or learning settings have changed since the mapping was learned. */
    readonly stale: boolean;
  };
  readonly model: {
    readonly manifest: ModelManifest | null;
    /** The model that the preset wants and the library lacks. */
    readonly missing: ModelReference | null;
    readonly loading: boolean;
  };
  /** Null until the streaming worker has prepared. */
  readonly stream: {
    readonly rate: number;
    readonly channels: number;
    readonly latencySamples: number;
    readonly modelDelaySamples: number;
  } | null;
  readonly notice: Notice | null;
}

/** What the instrument needs of the model library. */
export interface ModelSource {
  find(sha256: string): Promise<{ dir: string; manifest: ModelManifest } | null>;
}

/** Who moved a parameter: windows leave alone what they moved themselves, the host records what the page moves. */
export type Origin = 'page' | 'host' | 'midi' | 'osc' | 'gamepad' | 'recorder' | 'engine';
export type Gesture = 'begin' | 'move' | 'end';

export interface Change {
  readonly origin: Origin;
  /** Set where one automatable parameter moved. */
  readonly parameter?: { readonly index: number; readonly value: number; readonly gesture: Gesture };
}
