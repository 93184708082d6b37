import { TillerError } from '../../document/tiller-error.js';
import type { Trainer } from '../mapping/trainer.js';
import { PARAMETERS } from '../../document/parameters.js';
import { followInput, withPresentValues } from '../../document/input-identity.js';
import { learnedSource } from '../stream/midi-router.js';
import { emptyPreset } from '../../document/default-preset.js';
import type { ModelReference, Preset } from '../../document/preset.js';
import type { PresetStore } from '../presets/preset-store.js';
import { applyEdit, editLabel, useModel } from '../../document/apply-edit.js';
import { CAPTURE_STEP } from '../../document/capture-step.js';
import type { StreamLink, StreamReport, Telemetry } from '../stream/messages.js';
import { shareEqualParts } from '../../document/difference.js';
import { sendDifference } from '../stream/send-difference.js';
import type { Edit } from '../../document/edit.js';
import { NO_STEPS, type HistorySteps, type LeftDocument, type LoadedFrom } from '../../document/history.js';
import { Holds } from './holds.js';
import type { Change, Gesture, InstrumentState, ModelSource, Origin } from './instrument-state.js';
import { Learner } from './learner.js';
import { isInput, parameterValues, withParameter } from '../../document/parameter-values.js';
import { StateStore } from './state-store.js';

export interface InstrumentOptions {
  readonly link: StreamLink;
  readonly presets: PresetStore;
  readonly models: ModelSource;
  readonly trainer: Trainer;
}

/**
 * One playing instrument: its document with undo, its mapping as it is learned, its model, and the streaming worker
 * that is kept in step with them. Main thread; the worker never waits for it.
 */
export class Instrument {
  private readonly store = new StateStore(emptyPreset(null, 0));
  private readonly holds: Holds;
  private readonly learner: Learner;
  private readonly telemetryListeners = new Set<(telemetry: Telemetry) => void>();
  private loads = 0;
  /** Counts what replaces the document: of several that are being opened the last one asked for stays. */
  private documents = 0;
  /** Counts the documents that were loaded: one that is written may have left meanwhile. */
  private loaded = 0;
  private recalling: Promise<void> = Promise.resolve();

  constructor(private readonly options: InstrumentOptions) {
    const { link, trainer } = options;
    this.holds = new Holds(this.store, link);
    this.learner = new Learner(
      this.store,
      trainer,
      (preset) => this.adopt(preset, 'engine'),
      (error) => this.notify(error),
    );
    link.onReport((report) => this.receive(report));
  }

  get state(): InstrumentState {
    return this.store.state;
  }

  /** The document as it is kept: without a mapping that its examples have outgrown, where it learns by itself. */
  get document(): Preset {
    const { preset, training } = this.state;
    return training.stale && preset.learning.automatic ? { ...preset, trained: null } : preset;
  }

  /** What can be undone and redone; replaced at each step, never changed in place. */
  get history(): HistorySteps {
    return this.store.history.steps;
  }

  /** Calls `listener` after each change of the state; returns how to stop. */
  subscribe(listener: (state: InstrumentState, change: Change) => void): () => void {
    return this.store.subscribe(listener);
  }

  onTelemetry(listener: (telemetry: Telemetry) => void): () => void {
    this.telemetryListeners.add(listener);
    return () => this.telemetryListeners.delete(listener);
  }

  /** Changes the document, undoably. @throws TillerError `argument-invalid`; the document is then unchanged. */
  edit(edit: Edit, options: { coalesce?: string; origin?: Origin } = {}): void {
    const next = applyEdit(this.state.preset, edit);
    if (next === this.state.preset) return;
    this.store.history.record(this.state.preset, editLabel(edit), options.coalesce);
    this.adopt(next, options.origin ?? 'page');
  }

  undo(): void {
    const previous = this.store.history.undo(this.state.preset);
    if (previous) this.travel(previous);
    else this.reopen(this.store.back(this.document));
  }

  redo(): void {
    const next = this.store.history.redo(this.state.preset);
    if (next) this.travel(next);
    else this.reopen(this.store.forward(this.document));
  }

  /**
   * Moves an automatable parameter. Inputs are the performer's hand and take no undo step; of the others, a gesture of
   * the page is one step.
   */
  setParameter(index: number, value: number, origin: Origin, gesture: Gesture = 'move'): void {
    const parameter = PARAMETERS[index];
    if (parameter === undefined) throw new TillerError('argument-invalid', `There is no parameter ${index}.`);
    const before = this.state.preset;
    const next = withParameter(before, index, value);
    if (origin === 'page' && !isInput(index)) {
      if (gesture === 'begin') this.store.history.seal();
      if (next !== before)
        this.store.history.record(before, `change ${parameter.name.toLowerCase()}`, parameter.id);
      if (gesture === 'end') this.store.history.seal();
    }
    const moved = parameterValues(next)[index] ?? value;
    if (next !== before || gesture !== 'move') this.adopt(next, origin, { index, value: moved, gesture });
  }

  /** Holds a latent by hand, or gives it back to the mapping. */
  hold(dimension: number, value: number | null): void {
    this.holds.hold(dimension, value);
  }

  /** Snaps back: the mapping has every latent again. */
  releaseAll(): void {
    this.holds.releaseAll();
  }

  /** Holds every unlocked latent within `radius` (0..1 of half its range) of what sounds now. */
  randomise(radius: number): void {
    this.holds.randomise(radius);
  }

  /**
   * Makes an example of what sounds now where the inputs are now, then returns to playing. Returns its identifier.
   * Edits that follow with `CAPTURE_STEP` belong to the same step of the history.
   * @throws TillerError `engine-busy` before the first sound.
   */
  capture(label: string): string {
    const latents = this.holds.latents();
    const inputs = this.state.preset.inputs.map((input) => input.value);
    this.store.history.seal();
    this.edit({ type: 'add-example', example: { label, inputs, latents } }, { coalesce: CAPTURE_STEP });
    this.releaseAll();
    const example = this.state.preset.examples.at(-1);
    if (example === undefined) throw new TillerError('internal', 'The captured example is not there.');
    return example.id;
  }

  /** Plays an example's latents until called with null. */
  audition(exampleId: string | null): void {
    this.holds.audition(exampleId);
  }

  /**
   * The next MIDI message that can drive an input becomes the source of `inputIndex`; null gives up.
   * @throws TillerError `argument-invalid` where there is no such input
   */
  learnMidi(inputIndex: number | null): void {
    if (inputIndex !== null && this.state.preset.inputs[inputIndex] === undefined)
      throw new TillerError('argument-invalid', `There is no input ${inputIndex + 1}.`);
    this.store.change({ midiLearn: inputIndex }, 'page');
  }

  /** Learns the mapping from the examples; a training that runs already is replaced. */
  train(): Promise<void> {
    return this.learner.train();
  }

  /** Settles when what the last program change recalls is the document, and no mapping is being learned any more. */
  async settled(): Promise<void> {
    await this.recalling;
    await this.learner.settled;
  }

  cancelTraining(): void {
    this.learner.cancel();
  }

  /** Plays another model of the library; dimensions that both have keep their steering and examples. */
  async selectModel(sha256: string): Promise<void> {
    const found = await this.options.models.find(sha256);
    if (found === null)
      throw new TillerError('model-missing', 'This model is not in the library.', 'Import its .ts file.');
    const next = useModel(this.state.preset, found.manifest, found.manifest.latentRanges);
    if (next !== this.state.preset) {
      this.store.history.record(this.state.preset, 'change model');
      this.adopt(next, 'page');
    }
    this.store.change({ notice: null }, 'page');
    // The same one, too: it may have failed, or have been imported anew.
    await this.loadModel(next.model);
  }

  /** Replaces the whole document, as a host's project or a preset does. */
  async loadPreset(preset: Preset, origin: Origin, from: LoadedFrom = {}): Promise<void> {
    const { presetId = null, saved = preset, history = NO_STEPS } = from;
    this.documents++;
    this.loaded++;
    // What a host's project or a new start brings has no other document before it.
    if (origin !== 'page') this.store.history.forget();
    this.store.history.restore(history);
    this.store.markSaved(shareEqualParts(saved, preset));
    this.learner.restart(preset);
    if (this.state.auditioning !== null) this.holds.audition(null);
    this.store.change(
      {
        presetId,
        midiLearn: null,
        training: { running: false, done: 0, total: 0, report: null, stale: false },
        ...(origin === 'page' ? { notice: null } : {}),
      },
      origin,
    );
    this.adopt(preset, origin);
    await this.loadModel(preset.model);
  }

  newPreset(): Promise<void> {
    const { manifest } = this.state.model;
    const empty = emptyPreset(null, 0);
    this.store.leave(this.document);
    return this.loadPreset(manifest ? useModel(empty, manifest, manifest.latentRanges) : empty, 'page');
  }

  openPreset(id: string): Promise<void> {
    return this.open(() => Promise.resolve(id));
  }

  /** Saves over the preset that was opened. A factory preset, or one never saved, is saved as a new one. */
  async savePreset(): Promise<string> {
    const { presetId, preset } = this.state;
    if (presetId === null || !presetId.startsWith('user/')) return this.savePresetAs(preset.name);
    return this.write((document) => this.options.presets.save(presetId, document).then(() => presetId));
  }

  async savePresetAs(name: string): Promise<string> {
    if (name !== this.state.preset.name) this.edit({ type: 'describe', change: { name } });
    return this.write((document) => this.options.presets.saveAs(document));
  }

  /** Tells the streaming worker everything again, after it was started anew. */
  async resend(): Promise<void> {
    this.store.change({ stream: null }, 'engine');
    sendDifference(this.options.link, null, this.state.preset);
    this.holds.resend();
    await this.loadModel(this.state.preset.model);
  }

  /**
   * Looks for the document's model again, after it was taken out of the library or brought back: what is missing then
   * is no news to whoever did that.
   */
  lookForModel(): Promise<void> {
    return this.loadModel(this.state.preset.model, 'known');
  }

  /** Shows an error to the player. */
  notify(error: unknown): void {
    this.store.notify(error);
  }

  async close(): Promise<void> {
    await this.learner.close();
    this.store.close();
    this.telemetryListeners.clear();
  }

  /** Where another document came meanwhile, its place stays its own: the next save would go over the written file. */
  private async write(save: (document: Preset) => Promise<string>): Promise<string> {
    const { loaded } = this;
    const { preset } = this.state;
    const presetId = await save(this.document);
    if (loaded !== this.loaded) return presetId;
    this.store.markSaved(preset);
    this.store.change({ presetId }, 'page');
    return presetId;
  }

  /** Goes to a document of the history: the hand stays where it is, the rest returns. */
  private travel(document: Preset): void {
    const next = { ...document, inputs: withPresentValues(document.inputs, this.state.preset.inputs) };
    const model = this.state.preset.model?.sha256;
    this.adopt(next, 'page');
    if (next.model?.sha256 !== model) void this.loadModel(next.model);
  }

  private reopen(left: LeftDocument | null): void {
    if (left) void this.loadPreset(left.preset, 'page', left.from);
  }

  /** Makes `next` the document: the worker, the mapping and the listeners follow what differs. */
  private adopt(next: Preset, origin: Origin, parameter?: Change['parameter']): void {
    const before = this.state.preset;
    if (before.model?.sha256 !== next.model?.sha256) this.options.link.send({ type: 'expect-model' });
    sendDifference(this.options.link, before, next);
    const holds = this.holds.fitted(next.steering.dimensions.length);
    const stale = this.learner.follow(next);
    const training = { ...this.state.training, stale };
    const midiLearn = followInput(this.state.midiLearn, before.inputs, next.inputs);
    this.store.change({ preset: next, holds, training, midiLearn }, origin, parameter);
    const learnable =
      before.examples !== next.examples || before.learning !== next.learning || next.trained === null;
    if (stale && learnable && next.learning.automatic) void this.train();
  }

  private async loadModel(
    reference: ModelReference | null,
    absence: 'known' | 'news' = 'news',
  ): Promise<void> {
    const load = ++this.loads;
    this.holds.hear(null);
    this.store.change({ model: { ...this.state.model, loading: true } }, 'engine');
    const found = reference && (await this.find(reference));
    if (load !== this.loads) return;
    this.options.link.send({ type: 'load', model: found });
    this.store.change(
      { model: { manifest: found?.manifest ?? null, missing: found ? null : reference, loading: false } },
      'engine',
    );
    if (reference && !found && absence === 'news')
      this.notify(
        new TillerError(
          'model-missing',
          `This preset plays the model “${reference.name}”, which is not in the library.`,
          'Import its .ts file, or choose another model: every example is kept.',
        ),
      );
  }

  /** Null, too, where the library cannot be read: what is expected must come, be it nothing. */
  private async find({ sha256 }: ModelReference): ReturnType<ModelSource['find']> {
    try {
      return await this.options.models.find(sha256);
    } catch (error) {
      this.notify(error);
      return null;
    }
  }

  private receive(report: StreamReport): void {
    switch (report.type) {
      case 'telemetry':
        this.holds.hear(report.decoded);
        for (const listener of this.telemetryListeners) listener(report);
        return;
      case 'prepared': {
        const { rate, channels, latencySamples, modelDelaySamples } = report;
        this.store.change({ stream: { rate, channels, latencySamples, modelDelaySamples } }, 'engine');
        return;
      }
      case 'moved': {
        let preset = this.state.preset;
        for (const { index, value } of report.parameters) preset = withParameter(preset, index, value);
        this.store.change({ preset }, 'host');
        return;
      }
      case 'midi-heard':
        this.hear(report.status, report.data1, report.data2);
        return;
      case 'program-change':
        this.recalling = this.recall(report.program);
        return;
      case 'failed':
        this.notify(
          new TillerError('model-failed', report.message, 'Choose the model again, or another one.'),
        );
        return;
    }
  }

  private hear(status: number, data1: number, data2: number): void {
    const index = this.state.midiLearn;
    if (index === null) return;
    const source = learnedSource(status, data1, data2);
    if (source === null) return;
    this.store.change({ midiLearn: null }, 'midi');
    this.edit({ type: 'edit-input', index, change: { source } });
  }

  /** Program change n recalls the n-th preset of the list. */
  private async recall(program: number): Promise<void> {
    try {
      await this.open(async () => (await this.options.presets.list())[program]?.id);
    } catch (error) {
      this.notify(error);
    }
  }

  private async open(find: () => Promise<string | undefined>): Promise<void> {
    const document = ++this.documents;
    const id = await find();
    if (id === undefined || document !== this.documents) return;
    const preset = await this.options.presets.read(id);
    if (document !== this.documents) return;
    this.store.leave(this.document);
    await this.loadPreset(preset, 'page', { presetId: id });
  }
}
