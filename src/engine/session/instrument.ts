import { TillerError } from '../errors.js';
import type { Trainer } from '../mapping/trainer.js';
import type { ModelManifest } from '../model/manifest.js';
import { PARAMETERS } from '../performance/parameters.js';
import { learnedSource } from '../performance/midi-router.js';
import { emptyPreset } from '../preset/defaults.js';
import type { ModelReference, Preset } from '../preset/schema.js';
import type { PresetStore } from '../preset/store.js';
import { applyEdit, editLabel, useModel } from './apply-edit.js';
import type { StreamLink, StreamReport, Telemetry } from './commands.js';
import { isWorthSaving, needsLearning, sendDifference } from './document-difference.js';
import type { LearnedFrom } from './document-difference.js';
import type { Edit } from './edits.js';
import { History } from './history.js';
import type { Change, Gesture, InstrumentState, ModelSource, Notice, Origin } from './instrument-state.js';
import { randomHolds } from './holds.js';
import { isInput, parameterValues, withParameter } from './parameter-values.js';

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
  private current: InstrumentState;
  private readonly history = new History();
  private readonly listeners = new Set<(state: InstrumentState, change: Change) => void>();
  private readonly telemetryListeners = new Set<(telemetry: Telemetry) => void>();
  private lastDecoded: Float32Array | null = null;
  /** The document at the last save or load: what `dirty` compares with. */
  private saved: Preset;
  /** Examples and learning settings that the playing mapping was learned from. */
  private learnedFrom: LearnedFrom | null = null;
  private loads = 0;

  constructor(private readonly options: InstrumentOptions) {
    const preset = emptyPreset(null, 0);
    this.saved = preset;
    this.current = {
      preset,
      presetId: null,
      dirty: false,
      undoLabel: null,
      redoLabel: null,
      holds: [],
      auditioning: null,
      midiLearn: null,
      training: { running: false, done: 0, total: 0, report: null, stale: false },
      model: { manifest: null, missing: null, loading: false },
      stream: null,
      notice: null,
    };
    options.link.onReport((report) => this.receive(report));
  }

  get state(): InstrumentState {
    return this.current;
  }

  /** Calls `listener` after each change of the state; returns how to stop. */
  subscribe(listener: (state: InstrumentState, change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onTelemetry(listener: (telemetry: Telemetry) => void): () => void {
    this.telemetryListeners.add(listener);
    return () => this.telemetryListeners.delete(listener);
  }

  /** Changes the document, undoably. @throws TillerError `argument-invalid`; the document is then unchanged. */
  edit(edit: Edit, options: { coalesce?: string; origin?: Origin } = {}): void {
    const next = applyEdit(this.current.preset, edit);
    if (next === this.current.preset) return;
    this.history.record(this.current.preset, editLabel(edit), options.coalesce);
    this.adopt(next, options.origin ?? 'page');
  }

  undo(): void {
    const previous = this.history.undo(this.current.preset);
    if (previous) this.travel(previous);
  }

  redo(): void {
    const next = this.history.redo(this.current.preset);
    if (next) this.travel(next);
  }

  /**
   * Moves an automatable parameter. Inputs are the performer's hand and take no undo step; of the others, a gesture of
   * the page is one step.
   */
  setParameter(index: number, value: number, origin: Origin, gesture: Gesture = 'move'): void {
    const parameter = PARAMETERS[index];
    if (parameter === undefined) throw new TillerError('argument-invalid', `There is no parameter ${index}.`);
    const before = this.current.preset;
    const next = withParameter(before, index, value);
    if (origin === 'page' && !isInput(index)) {
      if (gesture === 'begin') this.history.seal();
      if (next !== before)
        this.history.record(before, `change ${parameter.name.toLowerCase()}`, parameter.id);
      if (gesture === 'end') this.history.seal();
    }
    const moved = parameterValues(next)[index] ?? value;
    if (next !== before || gesture !== 'move') this.adopt(next, origin, { index, value: moved, gesture });
  }

  /** Holds a latent by hand, or gives it back to the mapping. */
  hold(dimension: number, value: number | null): void {
    if (this.current.preset.steering.dimensions[dimension] === undefined)
      throw new TillerError('argument-invalid', `There is no latent ${dimension + 1}.`);
    this.setHolds(this.current.holds.map((held, i) => (i === dimension ? value : held)));
  }

  /** Snaps back: the mapping has every latent again. */
  releaseAll(): void {
    this.setHolds(this.current.holds.map(() => null));
  }

  /** Holds every unlocked latent within `radius` (0..1 of half its range) of what sounds now. */
  randomise(radius: number): void {
    this.setHolds(randomHolds(this.current.preset.steering, this.current.holds, this.sounding(), radius));
  }

  /**
   * Makes an example of what sounds now where the inputs are now, then returns to playing. Returns its identifier.
   * @throws TillerError `engine-busy` before the first sound.
   */
  capture(label: string): string {
    const latents = Array.from(this.sounding(), (value, i) => this.current.holds[i] ?? value);
    const inputs = this.current.preset.inputs.map((input) => input.value);
    this.edit({ type: 'add-example', example: { label, inputs, latents } });
    this.releaseAll();
    const example = this.current.preset.examples.at(-1);
    if (example === undefined) throw new TillerError('internal', 'The captured example is not there.');
    return example.id;
  }

  /** Plays an example's latents until called with null. */
  audition(exampleId: string | null): void {
    const example = this.current.preset.examples.find(({ id }) => id === exampleId);
    if (exampleId !== null && example === undefined)
      throw new TillerError(
        'argument-invalid',
        'This example is gone.',
        'Undo brings deleted examples back.',
      );
    this.change({ auditioning: example?.id ?? null }, 'page');
    this.setHolds(this.current.holds.map((_, i) => example?.latents[i] ?? null));
  }

  /** The next MIDI message that can drive an input becomes the source of `inputIndex`; null gives up. */
  learnMidi(inputIndex: number | null): void {
    this.change({ midiLearn: inputIndex }, 'page');
  }

  /** Learns the mapping from the examples; a training that runs already is replaced. */
  async train(): Promise<void> {
    const { preset } = this.current;
    const from = { examples: preset.examples, learning: preset.learning, inputs: preset.inputs };
    const latentCount = preset.steering.dimensions.length;
    if (latentCount === 0) return;
    this.change(
      { training: { ...this.current.training, running: true, done: 0, total: latentCount } },
      'engine',
    );
    try {
      const { trained, report } = await this.options.trainer.train(
        {
          examples: preset.examples,
          learning: preset.learning,
          inputCount: preset.inputs.length,
          latentCount,
        },
        {
          onProgress: (done, total) =>
            this.change({ training: { ...this.current.training, done, total } }, 'engine'),
        },
      );
      const now = this.current.preset;
      if (now.inputs.length !== preset.inputs.length || now.steering.dimensions.length !== latentCount)
        return;
      this.learnedFrom = from;
      this.change(
        { training: { running: false, done: latentCount, total: latentCount, report, stale: false } },
        'engine',
      );
      this.adopt({ ...now, trained }, 'engine');
    } catch (error) {
      if (error instanceof TillerError && error.code === 'training-cancelled') return;
      this.change({ training: { ...this.current.training, running: false } }, 'engine');
      this.notify(error);
    }
  }

  cancelTraining(): void {
    this.options.trainer.cancel();
    this.change({ training: { ...this.current.training, running: false } }, 'page');
  }

  /** Plays another model of the library; dimensions that both have keep their steering and examples. */
  async selectModel(sha256: string): Promise<void> {
    const found = await this.options.models.find(sha256);
    if (found === null)
      throw new TillerError('model-missing', 'This model is not in the library.', 'Import its .ts file.');
    const next = useModel(this.current.preset, found.manifest, found.manifest.latentRanges);
    if (next === this.current.preset && this.current.model.missing === null) return;
    this.history.record(this.current.preset, 'change model');
    this.adopt(next, 'page');
    await this.loadModel(next.model);
  }

  /** Imports a `.ts` into the library and plays it. */
  async importModel(path: string, onProgress: (share: number, step: string) => void): Promise<ModelManifest> {
    const { manifest } = await this.options.models.import(path, onProgress);
    await this.selectModel(manifest.sha256);
    return manifest;
  }

  /** Replaces the whole document, as a host's project or a preset does. What cannot be undone is said by `dirty`. */
  async loadPreset(preset: Preset, origin: Origin, presetId: string | null = null): Promise<void> {
    this.history.clear();
    this.saved = preset;
    this.learnedFrom = preset.trained === null ? null : preset;
    this.change(
      {
        presetId,
        auditioning: null,
        training: { running: false, done: 0, total: 0, report: null, stale: false },
      },
      origin,
    );
    this.adopt(preset, origin);
    await this.loadModel(preset.model);
  }

  newPreset(): Promise<void> {
    const { manifest } = this.current.model;
    const empty = emptyPreset(null, 0);
    return this.loadPreset(manifest ? useModel(empty, manifest, manifest.latentRanges) : empty, 'page');
  }

  async openPreset(id: string): Promise<void> {
    await this.loadPreset(await this.options.presets.read(id), 'page', id);
  }

  /** Saves over the preset that was opened. A factory preset, or one never saved, is saved as a new one. */
  async savePreset(): Promise<string> {
    const { presetId, preset } = this.current;
    if (presetId === null || !presetId.startsWith('user/')) return this.savePresetAs(preset.name);
    await this.options.presets.save(presetId, preset);
    this.markSaved(preset, presetId);
    return presetId;
  }

  async savePresetAs(name: string): Promise<string> {
    if (name !== this.current.preset.name) this.edit({ type: 'describe', change: { name } });
    const { preset } = this.current;
    const id = await this.options.presets.saveAs(preset);
    this.markSaved(preset, id);
    return id;
  }

  /** Tells the streaming worker everything again, after it was started anew. */
  async resend(): Promise<void> {
    this.change({ stream: null }, 'engine');
    sendDifference(this.options.link, null, this.current.preset);
    this.current.holds.forEach((value, dimension) =>
      this.options.link.send({ type: 'hold', dimension, value }),
    );
    await this.loadModel(this.current.preset.model);
  }

  /** Shows an error to the player. */
  notify(error: unknown): void {
    const notice: Notice =
      error instanceof TillerError
        ? { level: 'error', text: error.message, hint: error.hint ?? null }
        : { level: 'error', text: error instanceof Error ? error.message : String(error), hint: null };
    this.change({ notice }, 'engine');
  }

  dismissNotice(): void {
    this.change({ notice: null }, 'page');
  }

  async close(): Promise<void> {
    await this.options.trainer.close();
    this.listeners.clear();
    this.telemetryListeners.clear();
  }

  private sounding(): Float32Array {
    if (this.lastDecoded?.length !== this.current.preset.steering.dimensions.length)
      throw new TillerError(
        'engine-busy',
        'Nothing has sounded yet.',
        'Play some audio through the model first.',
      );
    return this.lastDecoded;
  }

  private setHolds(holds: readonly (number | null)[]): void {
    holds.forEach((value, dimension) => {
      if (value !== this.current.holds[dimension]) this.options.link.send({ type: 'hold', dimension, value });
    });
    this.change({ holds, ...(holds.every((held) => held === null) ? { auditioning: null } : {}) }, 'page');
  }

  private markSaved(preset: Preset, presetId: string): void {
    this.saved = preset;
    this.change({ presetId }, 'page');
  }

  /** Goes to a document of the history: the hand stays where it is, the rest returns. */
  private travel(document: Preset): void {
    const { inputs } = this.current.preset;
    const next: Preset = {
      ...document,
      inputs: document.inputs.map((input, i) => ({ ...input, value: inputs[i]?.value ?? input.value })),
    };
    const model = this.current.preset.model?.sha256;
    this.adopt(next, 'page');
    if (next.model?.sha256 !== model) void this.loadModel(next.model);
  }

  /** Makes `next` the document: the worker, the mapping and the listeners follow what differs. */
  private adopt(next: Preset, origin: Origin, parameter?: Change['parameter']): void {
    const before = this.current.preset;
    sendDifference(this.options.link, before, next);
    const latents = next.steering.dimensions.length;
    const holds =
      this.current.holds.length === latents
        ? this.current.holds
        : Array.from({ length: latents }, (_, i) => this.current.holds[i] ?? null);
    const stale = needsLearning(next, this.learnedFrom);
    this.change({ preset: next, holds, training: { ...this.current.training, stale } }, origin, parameter);
    const learnable =
      before.examples !== next.examples || before.learning !== next.learning || next.trained === null;
    if (stale && learnable && next.learning.automatic && origin !== 'engine') void this.train();
  }

  private async loadModel(reference: ModelReference | null): Promise<void> {
    const load = ++this.loads;
    this.lastDecoded = null;
    this.change({ model: { ...this.current.model, loading: true } }, 'engine');
    const found = reference && (await this.options.models.find(reference.sha256));
    if (load !== this.loads) return;
    this.options.link.send({ type: 'load', model: found });
    this.change(
      { model: { manifest: found?.manifest ?? null, missing: found ? null : reference, loading: false } },
      'engine',
    );
    if (reference && !found)
      this.notify(
        new TillerError(
          'model-missing',
          `This preset plays the model “${reference.name}”, which is not in the library.`,
          'Import its .ts file, or choose another model: every example is kept.',
        ),
      );
  }

  private receive(report: StreamReport): void {
    switch (report.type) {
      case 'telemetry':
        this.lastDecoded = report.decoded;
        for (const listener of this.telemetryListeners) listener(report);
        return;
      case 'prepared': {
        const { rate, channels, latencySamples, modelDelaySamples } = report;
        this.change({ stream: { rate, channels, latencySamples, modelDelaySamples } }, 'engine');
        return;
      }
      case 'moved': {
        let preset = this.current.preset;
        for (const { index, value } of report.parameters) preset = withParameter(preset, index, value);
        this.change({ preset }, 'host');
        return;
      }
      case 'midi-heard':
        this.hear(report.status, report.data1, report.data2);
        return;
      case 'program-change':
        void this.recall(report.program);
        return;
      case 'failed':
        this.notify(
          new TillerError('model-failed', report.message, 'Choose the model again, or another one.'),
        );
        return;
    }
  }

  private hear(status: number, data1: number, data2: number): void {
    const index = this.current.midiLearn;
    if (index === null) return;
    const source = learnedSource(status, data1, data2);
    if (source === null) return;
    this.change({ midiLearn: null }, 'midi');
    this.edit({ type: 'edit-input', index, change: { source } });
  }

  /** Program change n recalls the n-th preset of the list. */
  private async recall(program: number): Promise<void> {
    try {
      const entry = (await this.options.presets.list())[program];
      if (entry !== undefined) await this.openPreset(entry.id);
    } catch (error) {
      this.notify(error);
    }
  }

  private change(part: Partial<InstrumentState>, origin: Origin, parameter?: Change['parameter']): void {
    const next = { ...this.current, ...part };
    this.current = {
      ...next,
      dirty: isWorthSaving(this.saved, next.preset),
      undoLabel: this.history.undoLabel,
      redoLabel: this.history.redoLabel,
    };
    for (const listener of this.listeners)
      listener(this.current, { origin, ...(parameter ? { parameter } : {}) });
  }
}
