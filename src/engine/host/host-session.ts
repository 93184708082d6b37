import { firstPreset } from '../presets/first-preset.js';
import { GESTURE, MAX_TEXT_BYTES, NOTICE } from '../../protocol/plugin.js';
import { TillerError } from '../../document/tiller-error.js';
import { PARAMETERS, attributeIndex } from '../../document/parameters.js';
import { emptyPreset } from '../../document/default-preset.js';
import type { Preset } from '../../document/preset.js';
import type { Programs } from '../persistence/programs.js';
import type { PresetStore } from '../presets/preset-store.js';
import type { ModelManifest } from '../model/manifest.js';
import type { Telemetry } from '../stream/messages.js';
import type { Change, InstrumentState } from '../instrument/instrument-state.js';
import type { DocumentFiles } from '../instrument/document-files.js';
import type { Instrument } from '../instrument/instrument.js';
import { useModel } from '../../document/use-model.js';
import { NO_STEPS, type HistorySteps } from '../../document/history.js';
import { formatHistory, parseHistory } from '../../document/stored-history.js';
import { loadedFrom } from '../presets/loaded-from.js';
import { isInput, parameterValues } from '../../document/parameter-values.js';
import type { HostLatency } from './host-latency.js';
import type { PipeLink, FromPlugin } from './pipe-link.js';
import { parseProject, projectText, type Project } from './project.js';

/** Names and notices are sent to the plugin this long after a change, together with those of the meantime. */
const UPDATE_MILLISECONDS = 100;
/** A document in which only values moved is sent once nothing has moved for this long: the plugin has the values. */
const REST_MILLISECONDS = 250;
/** Writing documents may take this share of the main thread's time: an edit of a large one then waits for the next. */
const DOCUMENT_TIME_SHARE = 0.2;
const STATUS_MILLISECONDS = 200;

/** The models that can be played, as far as the host session needs them. */
export interface ModelList {
  list(): Promise<{ manifest: ModelManifest }[]>;
}

export interface HostSessionOptions {
  readonly link: Pick<PipeLink, 'write' | 'writeDocument' | 'ready'>;
  readonly instrument: Pick<
    Instrument,
    'state' | 'document' | 'history' | 'settled' | 'subscribe' | 'onTelemetry' | 'setParameter' | 'notify'
  > & { readonly files: Pick<DocumentFiles, 'load' | 'open' | 'openProgram'> };
  readonly presets: Pick<PresetStore, 'list' | 'read' | 'onChange'>;
  /** Left out, program changes recall nothing. */
  readonly programs?: Pick<Programs, 'state' | 'isRead' | 'subscribe'>;
  readonly models: ModelList;
  readonly latency: Pick<HostLatency, 'receive'>;
  /** Serves the page and resolves to its address. */
  readonly openInterface: () => Promise<string>;
}

/** The parameters' names as the host shows them: an input carries the name that the preset gives it, one of the model's that of its attribute. */
export function parameterNames(preset: Preset): string[] {
  return PARAMETERS.map(({ name }, index) => {
    const shown = isInput(index) ? preset.inputs[index] : preset.attributes[attributeIndex(index)];
    return shown === undefined ? name : `${name}: ${shown.name}`;
  });
}

/**
 * Synchronises the plugin and the instrument: receives the host's project and parameters, and sends the document, names,
 * parameters that the page moves, and notices. Main thread.
 */
export class HostSession {
  private readonly options: HostSessionOptions;
  private sent: {
    preset: Preset | null;
    names: string;
    notice: string;
    presetId: string | null | undefined;
    history: HistorySteps;
  } = {
    preset: null,
    names: '',
    notice: '',
    presetId: undefined,
    history: NO_STEPS,
  };
  /** The history that the engine before this one left for the next state; empty where there is none. */
  private undoHistory = '';
  private values: readonly number[] = [];
  /** The document as of the last change. */
  private followed: Preset | null = null;
  /** The player has edited the instrument since the plugin was last told; since it was loaded. */
  private edited = false;
  private editedSinceLoad = false;
  /** Nothing is sent before: an engine's initial document must not replace what the project holds. */
  private loaded = false;
  /** How many states of the plugin have been played. */
  private states = 0;
  private updateTimer: NodeJS.Timeout | null = null;
  private documentTimer: NodeJS.Timeout | null = null;
  /** Time before which no document is sent, of `performance.now`. */
  private nextDocument = 0;
  private lastStatus = 0;
  /** Counts look-ups of the presets: the result of one that a later look-up has replaced is not sent. */
  private lookups = 0;
  /** The plugin's messages are handled in order, one after the other. */
  private pending: Promise<void> = Promise.resolve();
  /** The presets that were asked for. */
  private recalling: Promise<void> = Promise.resolve();

  constructor(options: HostSessionOptions) {
    this.options = options;
    this.values = parameterValues(options.instrument.state.preset);
    options.instrument.subscribe((state, change) => this.follow(state, change));
    options.instrument.onTelemetry((telemetry) => this.tellStatus(telemetry));
    options.presets.onChange(() => {
      if (this.loaded) this.tellPresets();
    });
    options.programs?.subscribe(() => this.tellPrograms());
  }

  /** Handles a message of the plugin; resolves when it has been applied. */
  receive(message: Exclude<FromPlugin, { type: 'ended' }>): Promise<void> {
    this.pending = this.pending
      .then(() => this.handle(message))
      .catch((error: unknown) => this.notify(error));
    return this.pending;
  }

  private async handle(message: Exclude<FromPlugin, { type: 'ended' }>): Promise<void> {
    const { instrument, link } = this.options;
    switch (message.type) {
      case 'hello':
        return;
      case 'state':
        await this.load(message.text);
        return;
      case 'settle':
        // A program change may be on its way, and a project may have been saved in the middle of learning.
        await this.recalling;
        await instrument.settled();
        link.ready();
        return;
      case 'undo-history':
        this.undoHistory = message.text;
        return;
      case 'parameter':
        instrument.setParameter(message.index, message.value, 'host');
        return;
      case 'recall':
        // Not waited for: a later request takes the place of one that is still being opened.
        this.recalling = Promise.all([this.recalling, this.recall(message)]).then(() => undefined);
        return;
      case 'latency':
        this.options.latency.receive({
          fixedMilliseconds: message.fixedMilliseconds > 0 ? message.fixedMilliseconds : null,
          neededMilliseconds: (1000 * message.neededSamples) / message.rate,
        });
        return;
      case 'render-warning':
        instrument.notify(new Error(message.text));
        return;
      case 'open-interface':
        // Not waited for: an engine that opens its page while it starts is not to play later.
        this.options.openInterface().then(
          (address) => link.write('interface', {}, address),
          (error: unknown) => this.notify(error),
        );
        return;
    }
  }

  private async recall({ number, program, id }: Extract<FromPlugin, { type: 'recall' }>): Promise<void> {
    const { instrument, link } = this.options;
    try {
      await (id === '' ? instrument.files.openProgram(program) : instrument.files.open(id));
    } catch (error) {
      this.notify(error);
    }
    // Behind what it has changed: from then on the plugin does not keep the request itself.
    this.sendDocument();
    this.sendUpdate();
    link.writeDocument('recalled', { number }, '');
  }

  private async load(text: string): Promise<void> {
    const { instrument, link } = this.options;
    let project: Project | null = null;
    try {
      project = text === '' ? null : parseProject(text);
    } catch (error) {
      if (!(error instanceof TillerError)) throw error;
      const hint = 'The project keeps it as it is until you change something.';
      link.write('refused', {}, `The instrument in this project could not be read. ${error.message} ${hint}`);
    }
    try {
      if (project === null) {
        await this.loadDefault();
        if (text === '') this.tellChoice();
      } else {
        const { preset, presetId } = project;
        const from = await loadedFrom(presetId, this.takeHistory(preset), this.options.presets);
        await instrument.files.load(preset, 'host', from);
      }
    } finally {
      this.loaded = true;
      this.edited = this.editedSinceLoad = false;
      this.states++;
    }
    // Sent in any case: the plugin ignores the instrument's reports until it has received it.
    this.sent.preset = null;
    this.sendDocument();
    this.sendUpdate();
    this.tellPrograms();
  }

  private takeHistory(preset: Preset): HistorySteps {
    const text = this.undoHistory;
    this.undoHistory = '';
    if (text === '') return NO_STEPS;
    try {
      return parseHistory(text, preset);
    } catch (error) {
      this.notify(
        new TillerError(
          'internal',
          'The engine ended, and what could be undone is lost.',
          'The instrument itself is as it was.',
          { cause: error },
        ),
      );
      return NO_STEPS;
    }
  }

  /**
   * What a new instance of the plugin plays: a factory preset whose model is there, or an empty instrument with
   * the first model. The plugin's parameters follow it.
   */
  private async loadDefault(): Promise<void> {
    const { instrument, presets, models } = this.options;
    const present = await models.list();
    const known = new Set(present.map(({ manifest }) => manifest.sha256));
    const entries = (await presets.list()).filter(({ factory }) => factory);
    const entry = firstPreset(entries, known);
    if (entry !== undefined) {
      await instrument.files.load(await presets.read(entry.id), 'engine', { presetId: entry.id });
      return;
    }
    const empty = emptyPreset(null, 0);
    const manifest = present[0]?.manifest;
    await instrument.files.load(
      manifest === undefined ? empty : useModel(empty, manifest, manifest.latentRanges),
      'engine',
    );
  }

  /** The plugin has no instrument yet, and takes all values of the one that was chosen, not those alone that moved. */
  private tellChoice(): void {
    for (const [index, value] of this.values.entries())
      this.options.link.write('parameter', { index, value, gesture: GESTURE.none });
  }

  private follow(state: InstrumentState, change: Change): void {
    const { link } = this.options;
    const values = parameterValues(state.preset);
    if (change.origin !== 'host') {
      for (const [index, value] of values.entries()) {
        const gesture = change.parameter?.index === index ? GESTURE[change.parameter.gesture] : GESTURE.none;
        const moved = value !== this.values[index];
        if (moved || gesture === GESTURE.begin || gesture === GESTURE.end)
          link.write('parameter', { index, value, gesture });
      }
    }
    this.values = values;
    const before = this.followed;
    this.followed = state.preset;
    const learned = before?.trained !== state.preset.trained && this.editedSinceLoad;
    if (before !== state.preset && (change.origin === 'page' || learned))
      this.edited = this.editedSinceLoad = true;
    this.updateTimer ??= setTimeout(() => this.sendUpdate(), UPDATE_MILLISECONDS);
    if (this.hasUnsentEdit()) this.sendDocumentWhenAllowed();
    else if (state.preset !== this.sent.preset) this.sendDocumentAtRest();
  }

  /** Whether something has changed that the parameters do not tell the plugin. */
  private hasUnsentEdit(): boolean {
    const { history, state } = this.options.instrument;
    const { sent } = this;
    const learned = state.preset.trained !== sent.preset?.trained;
    return history !== sent.history || state.presetId !== sent.presetId || learned;
  }

  /** What the player did is out of this process before the engine could die of it: at once, unless documents come too fast. */
  private sendDocumentWhenAllowed(): void {
    const wait = this.nextDocument - performance.now();
    if (wait <= 0) this.sendDocument();
    else this.sendDocumentAfter(wait);
  }

  private sendDocumentAtRest(): void {
    this.sendDocumentAfter(Math.max(REST_MILLISECONDS, this.nextDocument - performance.now()));
  }

  private sendDocumentAfter(milliseconds: number): void {
    if (this.documentTimer !== null) clearTimeout(this.documentTimer);
    this.documentTimer = setTimeout(() => this.sendDocument(), milliseconds);
  }

  /** Sends the project and the undo history where they have changed. */
  private sendDocument(): void {
    const { link, instrument } = this.options;
    if (this.documentTimer !== null) clearTimeout(this.documentTimer);
    this.documentTimer = null;
    if (!this.loaded) return;
    const began = performance.now();
    const { preset, presetId } = instrument.state;
    const { history } = instrument;
    if (preset !== this.sent.preset || presetId !== this.sent.presetId)
      this.sendProject({ preset: instrument.document, presetId });
    if (history !== this.sent.history) link.writeDocument('undoHistory', {}, formatHistory(history));
    if (presetId !== this.sent.presetId) this.tellPresets();
    this.sent = { ...this.sent, preset, presetId, history };
    const ended = performance.now();
    this.nextDocument = ended + (ended - began) / DOCUMENT_TIME_SHARE;
  }

  /** Sends names and notice where they have changed. */
  private sendUpdate(): void {
    const { link, instrument } = this.options;
    if (this.updateTimer !== null) clearTimeout(this.updateTimer);
    this.updateTimer = null;
    if (!this.loaded) return;
    const { preset, notice } = instrument.state;
    const names = JSON.stringify(parameterNames(preset));
    if (names !== this.sent.names) link.write('names', {}, names);
    const text = notice === null ? '' : notice.hint === null ? notice.text : `${notice.text} ${notice.hint}`;
    if (text !== this.sent.notice) link.write('notice', { level: NOTICE[notice?.level ?? 'info'] }, text);
    this.sent = { ...this.sent, names, notice: text };
  }

  /** The plugin lists them and drops other program changes. */
  private tellPrograms(): void {
    const { link, programs } = this.options;
    if (!this.loaded || programs?.isRead !== true) return;
    const { on, channel, assignments } = programs.state;
    link.write('programs', { on: Number(on), channel }, JSON.stringify(assignments));
  }

  private tellPresets(): void {
    const { link, presets } = this.options;
    const lookup = ++this.lookups;
    presets.list().then(
      (entries) => {
        if (lookup === this.lookups)
          link.write('presets', {}, JSON.stringify(entries.map(({ id, name }) => ({ id, name }))));
      },
      (error: unknown) => this.notify(error),
    );
  }

  private sendProject(project: Project): void {
    const text = projectText(project);
    if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
      this.notify(
        new TillerError(
          'preset-invalid',
          'This instrument is larger than the 16 MB that a project may hold; the project keeps it as it was before.',
          'Remove examples.',
        ),
      );
      return;
    }
    const fields = {
      edited: Number(this.edited),
      silenceOnFault: Number(project.preset.output.onFault === 'silence'),
      states: this.states,
    };
    this.edited = false;
    this.options.link.writeDocument('state', fields, text);
  }

  private tellStatus(telemetry: Telemetry): void {
    const now = performance.now();
    if (now - this.lastStatus < STATUS_MILLISECONDS) return;
    this.lastStatus = now;
    const fields = {
      inputPeakDb: Math.max(...telemetry.inputPeakDb),
      outputPeakDb: Math.max(...telemetry.outputPeakDb),
      gainReductionDb: telemetry.gainReductionDb,
      load: telemetry.totalLoad,
      faults: telemetry.faults,
    };
    this.options.link.write('status', fields, this.options.instrument.state.model.manifest?.name ?? '');
  }

  private notify(error: unknown): void {
    this.options.instrument.notify(error);
  }
}
