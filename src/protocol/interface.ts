import type { ListeningWith } from './listening-with.js';
import type { LiveSource, OscSettings, PlayOrder, RememberedView } from './interface-commands.js';
import type { ControllerActivity, ControllersState } from './controllers.js';
import type { NetworkDeckState } from './network-deck.js';
import type { ProgramsState } from './programs.js';
import type { Example } from '../document/example.js';
import type { KeptLoop } from '../document/kept-loop.js';
import type { Input } from '../document/input.js';
import type { Learning } from '../document/learning.js';
import type { Output } from '../document/output.js';
import type { ModelReference } from '../document/preset.js';
import type { ModelAttribute } from '../document/model-attribute.js';
import type { Steering } from '../document/steering.js';
import type { ModelReport } from './model-report.js';

export type {
  Command,
  Envelope,
  LiveSource,
  MapMode,
  MapRequest,
  OscSettings,
  PlayOrder,
  RememberedView,
} from './interface-commands.js';

/** Raised with each incompatible change of the protocol. */
export const INTERFACE_VERSION = 1;
/** WebSocket subprotocol; the second one offered carries the token. */
export const SUBPROTOCOL = `tiller.${INTERFACE_VERSION}`;
export const TOKEN_SUBPROTOCOL = 'token.';
export const SOCKET_PATH = '/session';
/** Code with which an engine that is stopped on purpose closes its sockets ("going away", RFC 6455); a crash sends none. */
export const CLOSE_STOPPED = 1001;

/** Answers 204 to a page whose token is this engine's, 401 to any other. */
export const HELLO_PATH = '/hello';

/** Initial OSC settings: nothing is received or sent. */
export const OSC_OFF: OscSettings = {
  receive: false,
  network: false,
  receivePort: 9000,
  wekinator: false,
  send: false,
  sendPort: 9001,
  sendLatents: false,
  sendWekinator: false,
};

/** An error for the player: what happened, and what to do about it. */
export interface Fault {
  code: string;
  message: string;
  hint?: string;
}

export interface About {
  name: string;
  description: string;
  tags: string[];
  author: string;
  seed: number;
}

export interface HistoryState {
  dirty: boolean;
  canUndo: boolean;
  canRedo: boolean;
  undoLabel: string | null;
  redoLabel: string | null;
}

/** A kept loop without its latents. */
export type LoopSummary = Omit<KeptLoop, 'latents'>;

/** Two states of the document that are compared. */
export interface ComparisonState {
  /** The one that plays. */
  side: 'A' | 'B';
  /** False before the first exchange, which makes B of a copy of A. */
  begun: boolean;
}

/** Examples that the preset keeps for another model than the one that it plays. */
export interface OtherModel {
  model: ModelReference;
  /** Number of examples. */
  examples: number;
}

/** Examples of another model that are being carried over to the present one. */
export interface Carrying {
  /** Name of the other model. */
  model: string;
  /** 0..1. */
  progress: number;
}

/** The engine listens to the model, for a map of it or for an example from an audio file. */
export interface Listening {
  /** Name of the audio file; null for a map. */
  file: string | null;
  /** 0..1. */
  progress: number;
}

/** How closely one latent dimension's regressor fits its examples. */
export interface DimensionFit {
  dimension: number;
  kind: string;
  /** Root mean square error, relative to the standard deviation of the examples' latents. */
  errorRelative: number;
}

/** An example that the mapping misses audibly. */
export interface MissedExample {
  example: string;
  /** The dimension with the largest error. */
  dimension: number;
  missRelative: number;
}

export interface FitReport {
  /** Time of the training; null where the mapping came with the preset. */
  milliseconds: number | null;
  dimensions: DimensionFit[];
  missed: MissedExample[];
  /** Groups of examples at one point with different latents, which no mapping can fit. */
  contradictions: string[][];
}

export interface TrainingState {
  running: boolean;
  /** Latent dimensions learned so far, of `total`. */
  done: number;
  total: number;
  /** True where the document has a learned mapping. */
  learned: boolean;
  /** True where training on the present examples and settings would give another mapping. */
  stale: boolean;
  report: FitReport | null;
}

/** A model as the page shows it. */
export interface ModelCard {
  sha256: string;
  name: string;
  sampleRate: number;
  /** Samples per latent frame. */
  hop: number;
  latentDims: number;
  /** Latent dimensions before the export left any out. */
  fullLatentDims: number;
  inputChannels: number;
  outputChannels: number;
  parameters: number;
  streaming: boolean;
  /** Whether it can play without an input. */
  hasPrior: boolean;
  /** False for a decoder alone, and for an effect. */
  hasEncoder: boolean;
  delaySamples: number;
  licence: string | null;
  latentRanges: [number, number][];
  /** Description by the model's maker; null where there is none. */
  text: string | null;
  /** Per dimension, what it does to the sound; empty where that is not known. */
  dimensionLabels: string[];
  /** What its import measured; null where it was imported before Tiller measured that. */
  report: ModelReport | null;
  bundled: boolean;
  /** True where it is in the player's own library. */
  removable: boolean;
}

export interface ModelState {
  card: ModelCard | null;
  /** The document's model, where the library does not have it. */
  missing: ModelReference | null;
  loading: boolean;
}

/** The latency that the plugin reports to its host. */
export interface HostLatencyState {
  /** As the player has fixed it; null where it follows the model. */
  fixedMilliseconds: number | null;
  /** Of the present model and settings, with one block of the host. */
  neededMilliseconds: number;
}

export interface StreamState {
  rate: number;
  channels: number;
  latencySamples: number;
}

/** A preset as the preset store lists it, without its instrument. */
export interface StoredPreset {
  /** `factory/NAME` or `user/NAME`. */
  id: string;
  name: string;
  tags: string[];
  author: string;
  description: string;
  model: ModelReference | null;
  /** Factory presets open and duplicate but are never overwritten. */
  factory: boolean;
  /**
   * Why the file cannot be read; null where it can. Such a file is listed, so that the player learns of it, and never
   * changed. A folder that cannot be read is listed in the same way, as a preset that cannot be opened.
   */
  problem: string | null;
}

/** A preset in the page's browser. */
export interface PresetEntry extends StoredPreset {
  /** False when the model it names is not in the library. */
  modelPresent: boolean;
}

/** A preset or a model in the trash. */
export interface TrashedItem {
  /** Restores it, by `restore-from-trash`. */
  token: string;
  name: string;
  /** When it was deleted, in milliseconds since 1970. */
  deletedMs: number;
}

/** What was deleted, each list with the last one first. It is removed for good after 30 days. */
export interface TrashState {
  presets: TrashedItem[];
  models: TrashedItem[];
}

/** What the player marked as favourites: identifiers of presets, and SHA-256 of models. */
export interface FavouritesState {
  presets: string[];
  models: string[];
}
export type FavouriteKind = 'preset' | 'model';

export interface ImportProgress {
  /** Number of the import, counted from the engine's start. */
  id: number;
  file: string;
  /** 0..1. */
  progress: number;
  step: string;
}

export interface LibraryState {
  presets: PresetEntry[];
  /** The document's identifier in the preset store; null where it was never saved. */
  current: string | null;
  models: ModelCard[];
  importing: ImportProgress | null;
  /** SHA-256 of the model whose light form is being made. */
  tryingLight: string | null;
}

/** A file of the live session's list. */
export interface ListedFile {
  id: number;
  name: string;
}

/** The loudness of a source over its whole length. */
export interface Waveform {
  seconds: number;
  /** Largest absolute sample of each of equal parts of the length, 0 to 255 for 0 dBFS and above. */
  peaks: number[];
}

/** The tempo of the live session. */
export interface TempoState {
  /** Quarter notes per minute. */
  perMinute: number;
  /** The session's own, set or tapped; or a MIDI clock's, while one is received. */
  follows: 'own' | 'midi-clock';
}

export interface LiveState {
  playing: boolean;
  source: LiveSource;
  loops: { id: string; name: string }[];
  /** The files that were added, in the order of the list. */
  files: ListedFile[];
  order: PlayOrder;
  /** Where the source plays from next: where it was stopped, or the last seek. While it plays, telemetry has the position. */
  positionSeconds: number;
  /** The source's cue point. */
  cueSeconds: number;
  bufferMilliseconds: number;
  underruns: number;
  tempo: TempoState;
}

export interface RecorderState {
  state: 'empty' | 'stopped' | 'recording' | 'playing' | 'overdubbing';
  seconds: number;
  points: number;
}

export interface PortsState {
  /**
   * `reason` says why there is no MIDI where `available` is false. The `chosen` device is opened whenever it is one of
   * the `ports`.
   */
  midi: {
    available: boolean;
    reason: string | null;
    ports: string[];
    chosen: string | null;
    /** Devices that feedback can be sent to. */
    outputs: string[];
    chosenOutput: string | null;
  };
  /** `addresses`: of this machine in the network, while OSC is received from there. */
  osc: OscSettings & { error: string | null; addresses: string[] };
}

/** The engine's state for the page: all slices are sent on connecting, then those that have changed. */
export interface Slices {
  about: About;
  inputs: Input[];
  examples: Example[];
  /** In the order in which they were left. */
  otherModels: OtherModel[];
  /** Null while no examples are being carried over. */
  carrying: Carrying | null;
  listenWith: ListeningWith;
  /** Null while the engine does not listen to the model. */
  listening: Listening | null;
  learning: Learning;
  steering: Steering;
  /** What the model lets be set, in its own order. */
  attributes: ModelAttribute[];
  /** By slot, without their latents; null where nothing is kept. */
  loops: (LoopSummary | null)[];
  output: Output;
  history: HistoryState;
  comparison: ComparisonState;
  /** Per latent dimension, the held value in latent units, or null. */
  holds: (number | null)[];
  /** How many random draws can be gone back to, and how many can be taken again after that. */
  draws: { earlier: number; later: number };
  training: TrainingState;
  model: ModelState;
  stream: StreamState | null;
  /** Null in the live session, and until the plugin has reported it. */
  hostLatency: HostLatencyState | null;
  /** As the plugin's windows have left it; null in the live session, whose pages remember it themselves. */
  rememberedView: RememberedView | null;
  /** Index of the input that waits for a MIDI message, and the example that is heard in place of the mapping. */
  waiting: { midiLearn: number | null; auditioning: string | null };
  library: LibraryState;
  trash: TrashState;
  favourites: FavouritesState;
  programs: ProgramsState;
  controllers: ControllersState;
  /** Null in a plugin, where the host plays. */
  live: LiveState | null;
  /** Of the live session's source; null for the microphone, and while it is being read. */
  waveform: Waveform | null;
  recorder: RecorderState;
  ports: PortsState;
  networkDeck: NetworkDeckState;
}
export type SliceName = keyof Slices;

/** A text message of the engine to the page. */
export type EngineMessage =
  | { type: 'welcome'; version: number; kind: 'live' | 'plugin'; engine: string; slices: Slices }
  /** To a deck in the network, which sees what is played and no more. */
  | { type: 'welcome'; version: number; kind: 'deck'; engine: string; slices: Partial<Slices> }
  | { type: 'state'; slices: Partial<Slices> }
  | { type: 'done'; request: number; result: string | null }
  | { type: 'failed'; request: number | null; fault: Fault }
  | { type: 'notice'; level: 'info' | 'warning' | 'error'; text: string; hint: string | null }
  /** Another window has become the speaker. */
  | { type: 'audio-taken' }
  /** Controllers have sent something. */
  | ({ type: 'activity' } & ControllerActivity)
  /** A channel message for the controllers of the browser: status byte and data. */
  | { type: 'midi-feedback'; message: readonly number[] };
