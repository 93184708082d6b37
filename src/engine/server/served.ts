import type { LiveSource, MapRequest, OscSettings } from '../../protocol/interface-commands.js';
import type { MapPicture } from '../../protocol/interface-frames.js';
import type {
  ImportProgress,
  LiveState,
  ModelCard,
  PortsState,
  PresetEntry,
  RecorderState,
} from '../../protocol/interface.js';
import type { Instrument } from '../session/instrument.js';

/** Ends a subscription. */
export type Unsubscribe = () => void;

/** The instrument as the interface plays it; all calls on the main thread. */
export type ServedInstrument = Pick<
  Instrument,
  | 'state'
  | 'subscribe'
  | 'onTelemetry'
  | 'edit'
  | 'undo'
  | 'redo'
  | 'setParameter'
  | 'hold'
  | 'releaseAll'
  | 'randomise'
  | 'capture'
  | 'audition'
  | 'learnMidi'
  | 'train'
  | 'cancelTraining'
  | 'selectModel'
>;

/** Presets as the page browses them. Every method that fails throws a TillerError. */
export interface ServedPresets {
  readonly entries: PresetEntry[];
  subscribe(listener: () => void): Unsubscribe;
  create(): Promise<void>;
  open(id: string): Promise<void>;
  save(): Promise<void>;
  saveAs(name: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  duplicate(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  restore(id: string): Promise<void>;
  /** Takes the file at `path`, which the caller removes afterwards, into the library; returns its identifier there. */
  import(path: string): Promise<string>;
  /** The preset's file as text. */
  export(id: string): Promise<string>;
}

export interface ServedModels {
  readonly cards: ModelCard[];
  /** The import that runs; others wait until it is done. */
  readonly importing: ImportProgress | null;
  subscribe(listener: () => void): Unsubscribe;
  /** Takes the file at `path`, which the caller removes afterwards, into the library; returns the model's SHA-256. */
  import(path: string, fileName: string): Promise<string>;
  /** Ends the import that is shown under `id`, if it still runs; the library stays as it was. */
  cancelImport(id: number): void;
  remove(sha256: string): Promise<void>;
  restore(sha256: string): Promise<void>;
}

/** The end of the live session that one window's speaker holds. */
export interface SpeakerEnd {
  /** Lets the engine render `frames` more, and tells how often the speaker ran dry. */
  credit(frames: number, underruns: number): void;
  close(): void;
}

/** The live session: what plays into the model and where its sound goes. */
export interface ServedLive {
  readonly state: LiveState;
  subscribe(listener: () => void): Unsubscribe;
  play(playing: boolean): void;
  setSource(source: LiveSource): Promise<void>;
  setBuffer(milliseconds: number): void;
  /** Opens the speaker: `send` gets each rendered audio frame until `close` is called. */
  openSpeaker(rate: number, send: (frame: ArrayBuffer) => void): SpeakerEnd;
  microphone(frame: ArrayBuffer): void;
  midi(status: number, data1: number, data2: number): void;
  /** Takes the file at `path`, which the caller removes afterwards, as the source. */
  import(path: string, fileName: string): Promise<void>;
}

export interface ServedRecorder {
  readonly state: RecorderState;
  subscribe(listener: () => void): Unsubscribe;
  act(action: 'record' | 'overdub' | 'play' | 'stop' | 'clear'): void;
  csv(): string;
  midi(): Uint8Array;
}

export interface ServedPorts {
  readonly state: PortsState;
  subscribe(listener: () => void): Unsubscribe;
  setOsc(settings: OscSettings): Promise<void>;
  openMidi(name: string | null): void;
}

export interface MapPainter {
  /** Paints in the background; null where nothing has been learned. */
  paint(request: MapRequest): Promise<MapPicture | null>;
  /** Calls `listener` when what was painted is out of date. */
  subscribe(listener: () => void): Unsubscribe;
}

/** Everything that the interface serves. `live` is null inside a plugin, where the host plays. */
export interface Served {
  readonly instrument: ServedInstrument;
  readonly presets: ServedPresets;
  readonly models: ServedModels;
  readonly live: ServedLive | null;
  readonly recorder: ServedRecorder;
  readonly ports: ServedPorts;
  readonly painter: MapPainter;
}
