import type { ExampleCarrier } from '../carry/example-carrier.js';
import type { EncoderChoice } from '../listen-with/encoder-choice.js';
import type { Controllers } from '../inputs/controllers.js';
import type { FeedbackOutput } from '../inputs/feedback-output.js';
import type { GestureRecorder } from '../inputs/recorder.js';
import type { Ports } from '../inputs/ports.js';
import type { Holds } from '../instrument/holds.js';
import type { Instrument } from '../instrument/instrument.js';
import type { LoopKeeper } from '../instrument/loop-keeper.js';
import type { ModelBrowser } from '../instrument/model-browser.js';
import type { ModelSelection } from '../instrument/model-selection.js';
import type { PresetBrowser } from '../instrument/preset-browser.js';
import type { MapMaker } from '../starter-map/map-maker.js';
import type { LiveSession } from '../live/live-session.js';
import type { Favourites } from '../persistence/favourites.js';
import type { ViewStore } from '../persistence/remembered-view.js';
import type { Programs } from '../persistence/programs.js';
import type { HostLatencyState } from '../../protocol/interface.js';
import type { NetworkDeck } from './network-deck.js';
import type { Painter } from '../map/painter.js';

/** The parts of the engine that the page can use. `live` is null in a plugin, where the host plays. Main thread. */
export interface PageServices {
  readonly instrument: Pick<
    Instrument,
    | 'state'
    | 'subscribe'
    | 'onTelemetry'
    | 'edit'
    | 'undo'
    | 'redo'
    | 'compare'
    | 'setParameter'
    | 'capture'
    | 'learnMidi'
    | 'train'
    | 'cancelTraining'
  > & {
    readonly loops: Pick<LoopKeeper, 'keep' | 'import' | 'export'>;
    readonly heldLatents: Pick<Holds, 'hold' | 'releaseAll' | 'randomise' | 'stepDraw' | 'audition'>;
    readonly models: Pick<ModelSelection, 'select'>;
  };
  readonly presets: Pick<
    PresetBrowser,
    | 'entries'
    | 'subscribe'
    | 'create'
    | 'open'
    | 'save'
    | 'saveAs'
    | 'rename'
    | 'duplicate'
    | 'remove'
    | 'restore'
    | 'restoreTrashed'
    | 'trashed'
    | 'emptyTrash'
    | 'import'
    | 'export'
  >;
  readonly models: Pick<
    ModelBrowser,
    | 'cards'
    | 'trashed'
    | 'importing'
    | 'tryingLight'
    | 'tryLight'
    | 'subscribe'
    | 'import'
    | 'cancelImport'
    | 'remove'
    | 'restore'
    | 'emptyTrash'
  >;
  readonly favourites: Pick<Favourites, 'state' | 'subscribe' | 'set'>;
  readonly programs: Pick<Programs, 'state' | 'subscribe' | 'set' | 'assign'>;
  readonly controllers: Pick<
    Controllers,
    'state' | 'subscribe' | 'onActivity' | 'learn' | 'add' | 'edit' | 'remove' | 'move' | 'run'
  >;
  readonly mapMaker: Pick<MapMaker, 'state' | 'subscribe' | 'map' | 'addSound' | 'gather' | 'cancel'>;
  readonly carrier: Pick<ExampleCarrier, 'state' | 'subscribe' | 'carry' | 'cancel'>;
  readonly encoderChoice: Pick<EncoderChoice, 'state' | 'subscribe' | 'choose' | 'cancel'>;
  readonly live: LiveServices | null;
  /** Null in the live session. */
  readonly hostLatency: HostLatencyService | null;
  readonly view: Pick<ViewStore, 'state' | 'set'>;
  readonly recorder: Pick<GestureRecorder, 'state' | 'subscribe' | 'act' | 'csv' | 'midi'>;
  readonly ports: Pick<Ports, 'state' | 'subscribe' | 'setOsc' | 'openMidi' | 'openMidiOutput'>;
  readonly feedback: Pick<FeedbackOutput, 'addListener'>;
  readonly networkDeck: Pick<NetworkDeck, 'state' | 'subscribe' | 'set' | 'onDeck'>;
  readonly painter: Pick<Painter, 'paint' | 'subscribe'>;
}

/** The latency that the plugin reports to its host. */
export interface HostLatencyService {
  readonly state: HostLatencyState | null;
  subscribe(listener: () => void): () => void;
  fix(milliseconds: number | null): void;
}

/** The part of the live session that the page can use. */
export type LiveServices = Pick<
  LiveSession,
  | 'state'
  | 'subscribe'
  | 'play'
  | 'setSource'
  | 'waveform'
  | 'heardSeconds'
  | 'seek'
  | 'setCue'
  | 'stepFile'
  | 'removeFile'
  | 'moveFile'
  | 'setOrder'
  | 'setBuffer'
  | 'openSpeaker'
  | 'microphone'
  | 'midi'
  | 'setTempo'
  | 'tapTempo'
  | 'midiClock'
  | 'addFile'
>;
