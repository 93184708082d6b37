import { firstPreset } from '../presets/first-preset.js';
import { GESTURE } from '../../protocol/plugin.js';
import { TillerError } from '../../document/tiller-error.js';
import { emptyPreset } from '../../document/default-preset.js';
import type { Preset } from '../../document/preset.js';
import type { PresetStore } from '../presets/preset-store.js';
import type { ModelManifest } from '../model/manifest.js';
import type { Change, InstrumentState } from '../instrument/instrument-state.js';
import type { DocumentFiles } from '../instrument/document-files.js';
import type { Instrument } from '../instrument/instrument.js';
import { useModel } from '../../document/use-model.js';
import { NO_STEPS, type HistorySteps } from '../../document/history.js';
import { parseHistory } from '../../document/stored-history.js';
import { loadedFrom } from '../presets/loaded-from.js';
import { parameterValues } from '../../document/parameter-values.js';
import { HostDisplay, type HostDisplayOptions } from './host-display.js';
import type { HostLatency } from './host-latency.js';
import type { PipeLink, FromPlugin } from './pipe-link.js';
import { parseProject, type Project } from './project.js';
import { ProjectSender } from './project-sender.js';

/** The models that can be played, as far as the host session needs them. */
export interface ModelList {
  list(): Promise<{ manifest: ModelManifest }[]>;
}

export interface HostSessionOptions extends Pick<HostDisplayOptions, 'programs'> {
  readonly link: Pick<PipeLink, 'write' | 'writeDocument' | 'ready'>;
  readonly instrument: Pick<
    Instrument,
    'state' | 'document' | 'history' | 'settled' | 'subscribe' | 'onTelemetry' | 'setParameter' | 'notify'
  > & { readonly files: Pick<DocumentFiles, 'load' | 'open' | 'openProgram'> };
  readonly presets: Pick<PresetStore, 'list' | 'read' | 'subscribe'>;
  readonly models: ModelList;
  readonly latency: Pick<HostLatency, 'receive'>;
  /** Serves the page and resolves to its address. */
  readonly openInterface: () => Promise<string>;
}

/**
 * Synchronises the plugin and the instrument: applies what the plugin sends, in order, and sends it parameters that the page
 * moves, the document (`ProjectSender`), and what the host shows (`HostDisplay`). Main thread.
 */
export class HostSession {
  private readonly options: HostSessionOptions;
  private readonly project: ProjectSender;
  private readonly display: HostDisplay;
  /** The history that the engine before this one left for the next state; empty where there is none. */
  private undoHistory = '';
  private values: readonly number[] = [];
  /** The plugin's messages are handled in order, one after the other. */
  private pending: Promise<void> = Promise.resolve();
  /** The presets that were asked for. */
  private recalling: Promise<void> = Promise.resolve();

  constructor(options: HostSessionOptions) {
    this.options = options;
    this.values = parameterValues(options.instrument.state.preset);
    options.instrument.subscribe((state, change) => this.follow(state, change));
    this.display = new HostDisplay(options);
    this.project = new ProjectSender(options.link, options.instrument, () => this.display.sendPresets());
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
    this.project.send();
    this.display.sendUpdate();
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
        if (text === '') this.sendValues();
      } else {
        const { preset, presetId } = project;
        const from = await loadedFrom(presetId, this.takeHistory(preset), this.options.presets);
        await instrument.files.load(preset, 'host', from);
      }
    } finally {
      this.project.loaded();
      this.display.open();
    }
    this.project.sendLoaded();
    this.display.sendUpdate();
    this.display.sendPrograms();
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

  /** Sends all values, not those alone that moved: the plugin has no instrument yet. */
  private sendValues(): void {
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
    this.project.follow(state, change);
  }

  private notify(error: unknown): void {
    this.options.instrument.notify(error);
  }
}
