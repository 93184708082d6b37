import { firstPreset } from '../presets/first-preset.js';
import { Trainer } from '../mapping/trainer.js';
import type { Preset } from '../../document/preset.js';
import type { PresetStore } from '../presets/preset-store.js';
import { Instrument } from '../instrument/instrument.js';
import type { LoadedFrom } from '../../document/history.js';
import { TillerError } from '../../document/tiller-error.js';
import { fromFileError } from '../system/file-error.js';
import { hasUnsavedChanges, shareEqualParts } from '../../document/difference.js';
import { loadedFrom } from '../presets/loaded-from.js';
import { Autosave, moveAside, readAutosave } from '../persistence/autosave.js';
import { StoredFile } from '../persistence/stored-file.js';
import { DeckFile } from '../persistence/stored-deck.js';
import { fileStamp } from '../system/file-stamp.js';
import { ControllerMapFile } from '../persistence/controller-map.js';
import { Favourites } from '../persistence/favourites.js';
import { readControllers, writeControllers } from '../persistence/stored-controllers.js';
import { ViewStore } from '../persistence/remembered-view.js';
import { readTake, writeTake } from '../persistence/stored-take.js';
import { LiveSession } from '../live/live-session.js';
import { MidiPorts } from '../inputs/midi-ports.js';
import { isClockStatus } from '../../protocol/midi-clock.js';
import { EncoderChoice } from '../listen-with/encoder-choice.js';
import { ExampleCarrier } from '../carry/example-carrier.js';
import { MapMaker } from '../starter-map/map-maker.js';
import type { HostLatency } from '../host/host-latency.js';
import { ModelBrowser } from '../instrument/model-browser.js';
import type { ModelLibrary } from '../model/library/model-library.js';
import { openControllers, type PlayerControllers } from './player-controllers.js';
import { Painter } from '../map/painter.js';
import { Feedback } from '../inputs/feedback.js';
import { FeedbackOutput } from '../inputs/feedback-output.js';
import { OscControls } from '../inputs/osc-controls.js';
import { Ports, type StoredControllers } from '../inputs/ports.js';
import { Programs } from '../persistence/programs.js';
import { PresetBrowser } from '../instrument/preset-browser.js';
import { GestureRecorder } from '../inputs/recorder.js';
import type { PageServices } from '../http/page-services.js';
import { NetworkDeck } from '../http/network-deck.js';
import { PAGE_FOLDER, startServer, type RunningServer, type ServerOptions } from '../http/server.js';

export interface InterfaceOptions extends ServerOptions {
  presets: PresetStore;
  models: Pick<
    ModelLibrary,
    'find' | 'list' | 'import' | 'owns' | 'remove' | 'restore' | 'trashed' | 'emptyTrash'
  >;
  /** Folder of the bundled models, for their cards; null where there are none. */
  bundledModelsFolder: string | null;
  /** File that stores the MIDI device and the OSC ports; left out, they are not stored. */
  controllersPath?: string;
  /** What program changes recall; opened already in a plugin. Left out, nothing. */
  programs?: Programs;
  /** What controllers do. */
  playerControllers: PlayerControllers;
  /** The latency that a plugin reports to its host; left out in the live session. */
  hostLatency?: HostLatency;
  /** File that stores the favourites; left out, they are not stored. */
  favouritesPath?: string;
  /** File that stores what a plugin's window remembers; left out, it is not stored. */
  viewPath?: string;
  /** File that keeps the deck in the network where the player says so; left out, it is off at every start. */
  deckPath?: string;
  /** File that stores the recorded gesture; left out, it is not stored. */
  takePath?: string;
}

export interface RunningInterface extends RunningServer {
  readonly instrument: Instrument;
}

/**
 * Serves the page for an instrument. `close` ends the server and what it opened, not the instrument.
 * @param live the live session that plays it; null in a plugin, where the host does
 */
export async function serveInstrument(
  instrument: Instrument,
  options: InterfaceOptions,
  live: LiveSession | null = null,
): Promise<RunningInterface> {
  const models = await ModelBrowser.open(options.models, instrument, options.bundledModelsFolder);
  const presets = await PresetBrowser.open(options.presets, instrument, models);
  const painter = new Painter(instrument, options.models);
  const carrier = new ExampleCarrier(instrument, options.models);
  const encoderChoice = new EncoderChoice(instrument, options.models);
  const mapMaker = new MapMaker(instrument, options.models);
  const recorder = new GestureRecorder(instrument);
  if (options.takePath !== undefined) await storeTakes(recorder, instrument, options.takePath);
  const { actions, controllers } = options.playerControllers;
  actions.recorder = recorder;
  const osc = new OscControls(actions, controllers);
  const output = new FeedbackOutput();
  const feedback = new Feedback(instrument, controllers, actions, (message) => output.send(message));
  output.onReceiver = () => feedback.resend();
  const ports = await openPorts(instrument, live, { osc, output }, options.controllersPath);
  const favourites = new Favourites(options.favouritesPath ?? null);
  await favourites.load().catch((error: unknown) => instrument.notify(error));
  const programs = options.programs ?? new Programs(null);
  const view = new ViewStore(options.viewPath ?? null);
  await view.load().catch((error: unknown) => instrument.notify(error));
  const { hostLatency = null, deckPath, pageFolder = PAGE_FOLDER } = options;
  const networkDeck = new NetworkDeck(pageFolder, deckPath === undefined ? null : new DeckFile(deckPath));
  const library = { presets, models, favourites, programs, controllers };
  const examples = { carrier, mapMaker, encoderChoice };
  const services: PageServices = {
    instrument,
    ...library,
    ...examples,
    live,
    hostLatency,
    view,
    recorder,
    ports,
    feedback: output,
    networkDeck,
    painter,
  };
  const close = async () => {
    actions.recorder = null;
    feedback.close();
    recorder.close();
    await Promise.all([
      painter.close(),
      carrier.close(),
      encoderChoice.close(),
      mapMaker.close(),
      ports.close(),
      networkDeck.close(),
    ]);
  };
  try {
    const server = await startServer(services, options);
    await networkDeck.restore().catch((error: unknown) => instrument.notify(error));
    return {
      ...server,
      instrument,
      close: async () => {
        // Ends imports and listening first: an upload is answered, and its file removed, when that has ended.
        await Promise.all([models.close(), mapMaker.close(), server.close()]);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openPorts(
  instrument: Instrument,
  live: LiveSession | null,
  { osc, output }: { osc: OscControls; output: FeedbackOutput },
  path: string | undefined,
): Promise<Ports> {
  const midi =
    live === null
      ? null
      : new MidiPorts((status, data1, data2) => {
          if (isClockStatus(status)) live.midiClock(status);
          else live.midi(status, data1, data2);
        });
  if (midi !== null) {
    output.addListener((message) => midi.outputs.send(message));
    midi.outputs.onOpen = () => output.onReceiver();
  }
  if (path === undefined) return new Ports(instrument, midi, undefined, osc);
  const store = (chosen: StoredControllers) => {
    writeControllers(path, chosen).catch((error: unknown) => instrument.notify(fromFileError(error, path)));
  };
  const ports = new Ports(instrument, midi, store, osc);
  try {
    const stored = await readControllers(path);
    if (stored !== null) await ports.restore(stored);
  } catch (error) {
    instrument.notify(error);
  }
  return ports;
}

export interface LiveSessionOptions extends Omit<InterfaceOptions, 'kind' | 'playerControllers'> {
  /** File of the player's controller map; left out, it is not stored. */
  controllerMapPath?: string;
  /** Folder of the bundled loops; null where there are none. */
  loopsFolder: string | null;
  /**
   * Preset to open in place of the last session, by its identifier or as a document; left out, a first start opens the first one
   * whose model is in the library.
   */
  preset?: string | Preset;
  /** File that stores the session's document; left out, it is not stored. */
  autosavePath?: string;
}

/**
 * Starts the instrument without a host: loops, files and the microphone play through the model into the page's speakers.
 * Resumes where the last session ended.
 * @throws TillerError `argument-invalid` where the port is in use, `preset-missing`; nothing is then left running
 */
export async function startLiveSession(options: LiveSessionOptions): Promise<RunningInterface> {
  const live = await LiveSession.open(options.loopsFolder);
  const trainer = new Trainer();
  const { presets, models, autosavePath, programs = new Programs(null) } = options;
  const instrument = new Instrument({ link: live, presets, models, trainer, programs });
  programs.onError((error) => instrument.notify(error));
  live.onRestart = () => void instrument.resend();
  const map = new ControllerMapFile(options.controllerMapPath ?? null);
  const playerControllers = openControllers(instrument, presets, live, map);
  const opened: (() => void | Promise<void>)[] = [
    () => live.close(),
    () => instrument.close(),
    () => programs.close(),
    () => playerControllers.close(),
  ];
  const close = async () => {
    for (const end of opened) await end();
  };
  try {
    // Before the file is read, so that a later write of another process is recognised as foreign.
    const stamp = autosavePath === undefined ? null : await fileStamp(autosavePath);
    await programs.open().catch((error: unknown) => instrument.notify(error));
    await openDocument(instrument, options);
    // PageServices once it is there: a page that comes back compares it with what it knew.
    const takePath = autosavePath === undefined ? {} : { takePath: `${autosavePath}.take` };
    const running = await serveInstrument(
      instrument,
      { ...options, programs, playerControllers, ...takePath, kind: 'live' },
      live,
    );
    opened.unshift(() => running.close());
    if (autosavePath !== undefined) {
      const onError = (error: unknown) => instrument.notify(fromFileError(error, autosavePath));
      const autosave = new Autosave(instrument, autosavePath, onError, stamp);
      opened.unshift(() => autosave.close());
    }
    return { ...running, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Loads the last session's document, or what a first start opens. */
async function openDocument(instrument: Instrument, options: LiveSessionOptions): Promise<void> {
  const { presets, preset: requested, autosavePath } = options;
  let unread: unknown = null;
  const stored =
    autosavePath === undefined
      ? null
      : await readAutosave(autosavePath).catch((error: unknown) => {
          unread = error;
          return null;
        });
  const from = stored && (await loadedFrom(stored.presetId, stored.history, presets));
  if (stored !== null && from !== null && requested === undefined)
    await instrument.files.load(stored.preset, 'engine', from);
  else await openFirst(instrument, options);
  // The requested preset replaces a session with unsaved changes.
  if (
    stored !== null &&
    autosavePath !== undefined &&
    requested !== undefined &&
    !isSaved(stored.preset, from)
  )
    instrument.notify(
      new TillerError(
        'file-exists',
        'The last session has changes that were not saved.',
        `It was renamed to ${await moveAside(autosavePath)}: start with --document and that name to continue it.`,
      ),
    );
  if (unread !== null) instrument.notify(unread);
}

const isSaved = (document: Preset, from: LoadedFrom | null): boolean =>
  from?.saved !== undefined &&
  from.saved !== null &&
  !hasUnsavedChanges(shareEqualParts(from.saved, document), document);

/** Restores the last recorded gesture, and stores each one that is recorded. */
async function storeTakes(recorder: GestureRecorder, instrument: Instrument, path: string): Promise<void> {
  // Before the file is read, as with the session.
  const file = new StoredFile(path, await fileStamp(path));
  try {
    const take = await readTake(path);
    if (take !== null) recorder.restore(take);
  } catch (error) {
    instrument.notify(error);
  }
  let writing = Promise.resolve();
  recorder.onTake = (take) => {
    writing = writing
      .then(() => writeTake(file, take))
      .then((beside) => {
        if (beside !== null) instrument.notify(foreignTake(beside));
      })
      .catch((error: unknown) => instrument.notify(fromFileError(error, path)));
  };
}

const foreignTake = (beside: string) =>
  new TillerError(
    'file-exists',
    'Another running Tiller stores its gesture in the same file.',
    `This gesture is stored as ${beside}. Export it to choose its place.`,
  );

/** Opens the requested preset, else one whose model is in the library, else a model alone. */
async function openFirst(instrument: Instrument, options: LiveSessionOptions): Promise<void> {
  const { presets, models, preset } = options;
  if (typeof preset === 'string') return instrument.files.open(preset);
  if (preset !== undefined) return instrument.files.load(preset, 'engine');
  const present = new Set((await models.list()).map(({ manifest }) => manifest.sha256));
  const playable = firstPreset(await presets.list(), present);
  if (playable !== undefined) return instrument.files.open(playable.id);
  const [sha256] = present;
  if (sha256 !== undefined) await instrument.models.select(sha256);
}
