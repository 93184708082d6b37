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
import { fileStamp } from '../system/file-stamp.js';
import { readControllers, writeControllers } from '../persistence/stored-controllers.js';
import { readTake, writeTake } from '../persistence/stored-take.js';
import { LiveSession } from '../live/live-session.js';
import { MidiPorts } from '../inputs/midi-ports.js';
import { ModelBrowser } from '../instrument/model-browser.js';
import type { ModelLibrary } from '../model/library/model-library.js';
import { Painter } from '../map/painter.js';
import { Ports } from '../inputs/ports.js';
import { PresetBrowser } from '../instrument/preset-browser.js';
import { GestureRecorder } from '../inputs/recorder.js';
import type { PageServices } from '../http/page-services.js';
import { startServer, type RunningServer, type ServerOptions } from '../http/server.js';

export interface InterfaceOptions extends ServerOptions {
  presets: PresetStore;
  models: Pick<ModelLibrary, 'find' | 'list' | 'import' | 'owns' | 'remove' | 'restore'>;
  /** Folder of the models that come with Tiller, for their cards; null where none do. */
  bundledModelsFolder: string | null;
  /** File that remembers the MIDI device and the OSC ports from one start to the next; left out, they are not. */
  controllersPath?: string;
  /** File that keeps the recorder's take from one start to the next; left out, it is not kept. */
  takePath?: string;
}

export interface RunningInterface extends RunningServer {
  readonly instrument: Instrument;
}

/**
 * Serves the page for an instrument that somebody else plays: in a plugin, the host. `close` leaves the
 * instrument as it is.
 */
export async function serveInstrument(
  instrument: Instrument,
  options: InterfaceOptions,
  live: LiveSession | null = null,
): Promise<RunningInterface> {
  const models = await ModelBrowser.open(options.models, instrument, options.bundledModelsFolder);
  const presets = await PresetBrowser.open(options.presets, instrument, models);
  const painter = new Painter(instrument, options.models);
  const recorder = new GestureRecorder(instrument);
  if (options.takePath !== undefined) await keepTakes(recorder, instrument, options.takePath);
  const ports = await openPorts(instrument, live, options.controllersPath);
  const services: PageServices = { instrument, presets, models, live, recorder, ports, painter };
  const close = async () => {
    recorder.close();
    await Promise.all([painter.close(), ports.close()]);
  };
  try {
    const server = await startServer(services, options);
    return {
      ...server,
      instrument,
      close: async () => {
        // An upload is answered, and its file removed, when its import has ended.
        await Promise.all([models.close(), server.close()]);
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
  path: string | undefined,
): Promise<Ports> {
  const midi =
    live === null ? null : new MidiPorts((status, data1, data2) => live.midi(status, data1, data2));
  if (path === undefined) return new Ports(instrument, midi);
  const ports = new Ports(instrument, midi, (controllers) => {
    writeControllers(path, controllers).catch((error: unknown) =>
      instrument.notify(fromFileError(error, path)),
    );
  });
  try {
    const kept = await readControllers(path);
    if (kept !== null) await ports.restore(kept);
  } catch (error) {
    instrument.notify(error);
  }
  return ports;
}

export interface LiveSessionOptions extends Omit<InterfaceOptions, 'kind'> {
  /** Folder of the loops to play; null where none come along. */
  loopsFolder: string | null;
  /** Preset that a first start opens; left out, the first one whose model is there. */
  presetId?: string;
  /** File that keeps the session's document from one start to the next; left out, none is kept. */
  autosavePath?: string;
}

/**
 * The instrument without a host: plays loops, files and the microphone through the model into the page's
 * speakers. Resumes where the last session ended.
 * @throws TillerError `argument-invalid` where the port is taken, `preset-missing`; nothing is then left running
 */
export async function startLiveSession(options: LiveSessionOptions): Promise<RunningInterface> {
  const live = await LiveSession.open(options.loopsFolder);
  const trainer = new Trainer();
  const { presets, models, autosavePath } = options;
  const instrument = new Instrument({ link: live, presets, models, trainer });
  live.onRestart = () => void instrument.resend();
  const opened = [() => live.close(), () => instrument.close()];
  const close = async () => {
    for (const end of opened) await end();
  };
  try {
    // Before it is read: what another Tiller writes from here on is not this session's.
    const stamp = autosavePath === undefined ? null : await fileStamp(autosavePath);
    await openDocument(instrument, options);
    // PageServices once it is there: a page that comes back compares it with what it knew.
    const takePath = autosavePath === undefined ? {} : { takePath: `${autosavePath}.take` };
    const running = await serveInstrument(instrument, { ...options, ...takePath, kind: 'live' }, live);
    opened.unshift(() => running.close());
    if (autosavePath !== undefined) {
      const tell = (error: unknown) => instrument.notify(fromFileError(error, autosavePath));
      const autosave = new Autosave(instrument, autosavePath, tell, stamp);
      opened.unshift(() => autosave.close());
    }
    return { ...running, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Goes on where the last session ended, or opens what a first start does. */
async function openDocument(instrument: Instrument, options: LiveSessionOptions): Promise<void> {
  const { presets, presetId, autosavePath } = options;
  let unread: unknown = null;
  const kept =
    autosavePath === undefined
      ? null
      : await readAutosave(autosavePath).catch((error: unknown) => {
          unread = error;
          return null;
        });
  const from = kept && (await loadedFrom(kept.presetId, kept.history, presets));
  if (kept !== null && from !== null && presetId === undefined)
    await instrument.loadPreset(kept.preset, 'engine', from);
  else await openFirst(instrument, options);
  // A preset that was asked for takes the place of a session that nobody has saved.
  if (kept !== null && autosavePath !== undefined && presetId !== undefined && !isSaved(kept.preset, from))
    instrument.notify(
      new TillerError(
        'file-exists',
        'The last session has changes that were not saved.',
        `It was kept as ${await moveAside(autosavePath)}: start with --document and that name to go on with it.`,
      ),
    );
  if (unread !== null) instrument.notify(unread);
}

const isSaved = (document: Preset, from: LoadedFrom | null): boolean =>
  from?.saved !== undefined && !hasUnsavedChanges(shareEqualParts(from.saved, document), document);

/** Goes on with the take that was recorded last, and keeps each one that is recorded. */
async function keepTakes(recorder: GestureRecorder, instrument: Instrument, path: string): Promise<void> {
  // Before it is read, as the session's.
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
        if (beside !== null) instrument.notify(sharedTake(beside));
      })
      .catch((error: unknown) => instrument.notify(fromFileError(error, path)));
  };
}

const sharedTake = (beside: string) =>
  new TillerError(
    'file-exists',
    'Another Tiller keeps its gesture in the same file.',
    `This one is kept as ${beside}. Export it to have it in a place of your own.`,
  );

/** Tag of the factory preset that a first start opens. */
const FIRST_STEPS = 'first steps';

/** Opens the preset that was asked for, or one that can sound; failing that, a model alone. */
async function openFirst(instrument: Instrument, options: LiveSessionOptions): Promise<void> {
  const { presets, models, presetId } = options;
  if (presetId !== undefined) return instrument.openPreset(presetId);
  const present = new Set((await models.list()).map(({ manifest }) => manifest.sha256));
  const entries = await presets.list();
  const playable = entries
    .filter(({ model }) => model !== null && present.has(model.sha256))
    .sort((a, b) => Number(b.tags.includes(FIRST_STEPS)) - Number(a.tags.includes(FIRST_STEPS)))[0];
  if (playable !== undefined) return instrument.openPreset(playable.id);
  const [sha256] = present;
  if (sha256 !== undefined) await instrument.selectModel(sha256);
}
