import type { MappingReport } from '../mapping/report.js';
import type { ModelManifest } from '../model/manifest.js';
import type { ModelReference, Preset } from '../../document/preset.js';
import type { Comparison } from '../../document/history.js';

/** A message for the player, with what to do about it. */
export interface Notice {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly hint: string | null;
}

/** The state of one instrument, without telemetry. Replaced, never changed in place. */
export interface InstrumentState {
  readonly preset: Preset;
  /** The document's identifier in the preset store; null where it was never saved. */
  readonly presetId: string | null;
  /** True where the document has unsaved changes. */
  readonly dirty: boolean;
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  readonly comparison: Comparison;
  /** Held latents, in latent units: one per dimension, null where the mapping plays. */
  readonly holds: readonly (number | null)[];
  /** How many random draws can be gone back to, and how many can be taken again after that. */
  readonly draws: { readonly earlier: number; readonly later: number };
  /** Identifier of the example that is heard in place of the mapping. */
  readonly auditioning: string | null;
  /** Index of the input that waits for a MIDI message. */
  readonly midiLearn: number | null;
  readonly training: {
    readonly running: boolean;
    /** Dimensions done of all, while running. */
    readonly done: number;
    readonly total: number;
    /** Report of the training that gave the present mapping; null where none is known. */
    readonly report: MappingReport | null;
    /** True where training on the present examples and settings would give another mapping. */
    readonly stale: boolean;
  };
  readonly model: {
    readonly manifest: ModelManifest | null;
    /** The document's model, where the library does not have it. */
    readonly missing: ModelReference | null;
    readonly loading: boolean;
  };
  /** Null until the streaming worker has prepared. */
  readonly stream: {
    readonly rate: number;
    readonly channels: number;
    readonly latencySamples: number;
    readonly modelDelaySamples: number;
    /** The streaming thread's identifier in the kernel; null where it is not available. */
    readonly thread: number | null;
  } | null;
  readonly notice: Notice | null;
}

/** The part of the model library that an instrument uses. */
export interface ModelSource {
  find(sha256: string): Promise<{ dir: string; manifest: ModelManifest } | null>;
}

/** Which presets MIDI program changes recall. */
export interface ProgramSource {
  /**
   * Identifier of the preset; null where the player has assigned none, or does not want any.
   * @param program bank × 128 + program
   * @param channel 1..16; left out where another has judged it
   */
  find(program: number, channel?: number): Promise<string | null>;
}

/** What caused a change: the plugin's host records parameter moves of the page, and is not sent its own. */
export type Origin = 'page' | 'host' | 'midi' | 'osc' | 'gamepad' | 'recorder' | 'engine';
export type Gesture = 'begin' | 'move' | 'end';

export interface Change {
  readonly origin: Origin;
  /** Set where one automatable parameter moved; `value` in the parameter's own unit. */
  readonly parameter?: { readonly index: number; readonly value: number; readonly gesture: Gesture };
}
