import { createNanoEvents } from 'nanoevents';
import type { Assignment } from '../../document/assignment.js';
import { TillerError } from '../../document/tiller-error.js';
import type { Trainer } from '../mapping/trainer.js';
import { PARAMETERS } from '../../document/parameters.js';
import { followInput, withPresentValues } from '../../document/input-identity.js';
import { emptyPreset } from '../../document/default-preset.js';
import type { Preset } from '../../document/preset.js';
import type { PresetStore } from '../presets/preset-store.js';
import { applyEdit, editLabel } from '../../document/apply-edit.js';
import { CAPTURE_STEP } from '../../document/capture-step.js';
import type { ControlReport, StreamLink, StreamReport, Telemetry } from '../stream/messages.js';
import { sendDifference } from '../stream/send-difference.js';
import type { Edit } from '../../document/edit.js';
import type { HistorySteps } from '../../document/history.js';
import { DocumentFiles } from './document-files.js';
import type { DocumentOwner } from './document-owner.js';
import { requireLatents } from '../model/run/model-kind.js';
import { Holds } from './holds.js';
import type {
  Change,
  Gesture,
  InstrumentState,
  ModelSource,
  Origin,
  ProgramSource,
} from './instrument-state.js';
import { Learner } from './learner.js';
import { LoopKeeper } from './loop-keeper.js';
import { MidiLearn } from './midi-learn.js';
import { ModelSelection } from './model-selection.js';
import { isInput, parameterValues, withParameter } from '../../document/parameter-values.js';
import { NumberedLink } from './numbered-link.js';
import { StateStore } from './state-store.js';

export interface InstrumentOptions {
  readonly link: StreamLink;
  readonly presets: PresetStore;
  readonly models: ModelSource;
  readonly trainer: Trainer;
  /** Left out, program changes recall nothing. */
  readonly programs?: ProgramSource;
}

const NO_PROGRAMS: ProgramSource = { find: () => Promise.resolve(null) };

/**
 * One playing instrument: owns the document and its undo history, and keeps everything else in step with it: the streaming
 * worker, the model, the held latents and the learner. Main thread; the worker never waits for it.
 */
export class Instrument {
  /** The latents that are held against the mapping. */
  readonly heldLatents: Holds;
  /** The model that the document plays. */
  readonly models: ModelSelection;
  /** Opens and saves documents. */
  readonly files: DocumentFiles;
  /** The loops of latents that the document keeps. */
  readonly loops: LoopKeeper;
  private readonly store = new StateStore(emptyPreset(null, 0));
  private readonly link: NumberedLink;
  private readonly learner: Learner;
  private readonly midiLearn: MidiLearn;
  private readonly events = createNanoEvents<{
    telemetry: (telemetry: Telemetry) => void;
    control: (report: ControlReport) => void;
  }>();
  private assignments: readonly Assignment[] = [];

  constructor(options: InstrumentOptions) {
    this.link = new NumberedLink(options.link);
    this.heldLatents = new Holds(this.store, this.link);
    this.learner = new Learner(
      this.store,
      options.trainer,
      (preset) => this.adopt(preset, 'engine'),
      (error) => this.notify(error),
    );
    this.midiLearn = new MidiLearn(this.store, (edit) => this.edit(edit));
    this.loops = new LoopKeeper(this.store, this.link, (edit) => this.edit(edit));
    const owner: DocumentOwner = {
      document: () => this.document,
      adopt: (next, origin) => this.adopt(next, origin),
      edit: (edit) => this.edit(edit),
    };
    this.models = new ModelSelection(this.store, this.link, options.models, this.heldLatents, owner);
    this.files = new DocumentFiles(
      this.store,
      options.presets,
      options.programs ?? NO_PROGRAMS,
      this.models,
      this.heldLatents,
      this.learner,
      this.loops,
      owner,
    );
    this.link.onReport((report) => this.receive(report));
  }

  /** The present state; replaced at each change, never changed in place. */
  get state(): InstrumentState {
    return this.store.state;
  }

  /** The document as it is saved: without an outdated mapping where learning is automatic, since it is learned again. */
  get document(): Preset {
    const { preset, training } = this.state;
    return training.stale && preset.learning.automatic ? { ...preset, trained: null } : preset;
  }

  /** What can be undone and redone; replaced at each step, never changed in place. */
  get history(): HistorySteps {
    return this.store.history.steps;
  }

  /** Calls `listener` after each change of the state. @returns a function that ends the subscription */
  subscribe(listener: (state: InstrumentState, change: Change) => void): () => void {
    return this.store.subscribe(listener);
  }

  /** Calls `listener` with each telemetry report, about 30 a second. @returns a function that ends the subscription */
  onTelemetry(listener: (telemetry: Telemetry) => void): () => void {
    return this.events.on('telemetry', listener);
  }

  /** Calls `listener` with what the streaming worker reports of controllers. @returns a function that ends the subscription */
  onControl(listener: (report: ControlReport) => void): () => void {
    return this.events.on('control', listener);
  }

  /** Has the streaming worker play MIDI by the player's controller map, until the next call. */
  assignControllers(assignments: readonly Assignment[]): void {
    this.assignments = assignments;
    this.link.send({ type: 'controllers', assignments });
  }

  /** Feedback moves an assigned controller to `position`, 0..1; null once it has arrived. */
  expectEcho(assignment: string, position: number | null): void {
    this.link.send({ type: 'expect-echo', assignment, position });
  }

  /**
   * Changes the document as one step of the undo history.
   * @param options.coalesce edits in a row with the same key are one step
   * @throws TillerError `argument-invalid` where the edit names something that does not exist or exceeds a bound; the
   * document is then unchanged
   */
  edit(edit: Edit, options: { coalesce?: string; origin?: Origin } = {}): void {
    const next = applyEdit(this.state.preset, edit);
    if (next === this.state.preset) return;
    this.store.history.record(this.state.preset, editLabel(edit), options.coalesce);
    this.adopt(next, options.origin ?? 'page');
  }

  /** Takes the last step back; beyond the first one, returns to the document that this one replaced. Nothing where there is none. */
  undo(): void {
    const previous = this.store.history.undo(this.state.preset);
    if (previous) this.goTo(previous);
    else this.files.reopen(this.store.back(this.document));
  }

  /** Takes the last undone step again. Nothing where there is none. */
  redo(): void {
    const next = this.store.history.redo(this.state.preset);
    if (next) this.goTo(next);
    else this.files.reopen(this.store.forward(this.document));
  }

  /**
   * Exchanges the document for the one that it is compared with (A and B), as one step of the undo history; inputs keep their
   * values. B begins as a copy of A. The comparison belongs to the document's history: another document has its own.
   */
  compare(): void {
    this.goTo(this.store.history.exchange(this.state.preset));
  }

  /**
   * Moves an automatable parameter. Playing the inputs makes no undo step; of the other parameters, each gesture of the
   * page is one step.
   * @param index into `PARAMETERS`
   * @param value in the parameter's own unit; clamped to its bounds, NaN becomes its initial value
   * @throws TillerError `argument-invalid` where there is no such parameter
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

  /**
   * Makes an example of the latents that sound now where the inputs are (`Holds.inputValues`), and releases every held latent.
   * Edits that follow with the key `CAPTURE_STEP` belong to the same step of the history.
   * @returns the identifier of the example
   * @throws TillerError `engine-busy` before the first sound, `argument-invalid` where the list of examples is full or a latent
   * is beyond ±`MAX_LATENT_VALUE`, `model-interface` where the model is an effect
   */
  capture(label: string): string {
    const { manifest } = this.state.model;
    if (manifest !== null) requireLatents(manifest);
    const latents = this.heldLatents.latents();
    const inputs = this.heldLatents.inputValues();
    this.store.history.seal();
    this.edit({ type: 'add-example', example: { label, inputs, latents } }, { coalesce: CAPTURE_STEP });
    this.heldLatents.releaseAll();
    const example = this.state.preset.examples.at(-1);
    if (example === undefined) throw new TillerError('internal', 'The captured example is not there.');
    return example.id;
  }

  /**
   * The next MIDI message that can drive an input becomes the source of input `inputIndex`, from 0; null ends the wait.
   * @throws TillerError `argument-invalid` where there is no such input
   */
  learnMidi(inputIndex: number | null): void {
    this.midiLearn.wait(inputIndex);
  }

  /**
   * Learns the mapping from the examples, in place of a training that runs. Resolves when the mapping plays, or when the
   * training was cancelled, replaced or has failed; a failure is shown to the player.
   * @throws TillerError `argument-invalid` where there are no enabled examples
   */
  train(): Promise<void> {
    return this.learner.train();
  }

  /**
   * Resolves once the preset of the last program change is loaded and no training runs, so that an offline render depends
   * on the project alone. A training is waited for at most 15 s; the player is then warned.
   */
  async settled(): Promise<void> {
    await this.files.recalled();
    await this.learner.settledForRender();
  }

  /** Ends the running training; it starts again where examples or learning settings change, or by `train`. */
  cancelTraining(): void {
    this.learner.cancel();
  }

  /**
   * Fades to the dry track within 10 ms, whatever is being opened or computed, and ends what acts on the sound: freeze, the latent
   * loop, held latents. One step of the undo history.
   */
  panic(): void {
    this.link.send({ type: 'panic' });
    this.heldLatents.releaseAll();
    this.edit({ type: 'set-output', change: { bypass: true, freeze: false, loop: false } });
  }

  /** Sends the streaming worker everything again, after it was restarted. */
  async resend(): Promise<void> {
    this.store.change({ stream: null }, 'engine');
    this.link.restart();
    this.link.send({ type: 'controllers', assignments: this.assignments });
    sendDifference(this.link, null, this.state.preset);
    this.heldLatents.resend();
    await this.models.load(this.state.preset.model);
  }

  /** Shows an error to the player, as the notice of the state. */
  notify(error: unknown): void {
    this.store.notify(error);
  }

  /** Shows a warning to the player, as the notice of the state. */
  warn(text: string, hint: string | null): void {
    this.store.change({ notice: { level: 'warning', text, hint } }, 'engine');
  }

  /** Ends the training worker and every subscription. */
  async close(): Promise<void> {
    await this.learner.close();
    this.store.close();
    this.events.events = {};
  }

  /** Goes to a document of the history; inputs keep the values that they are played at. */
  private goTo(document: Preset): void {
    const { preset } = this.state;
    const next = { ...document, inputs: withPresentValues(document.inputs, preset.inputs) };
    const model = preset.model?.sha256;
    this.adopt(next, 'page');
    if (next.model?.sha256 !== model) void this.models.load(next.model);
  }

  /** Makes `next` the present document and sends the streaming worker what differs. */
  private adopt(next: Preset, origin: Origin, parameter?: Change['parameter']): void {
    const before = this.state.preset;
    const isOther = before.model?.sha256 !== next.model?.sha256;
    const isHeardOtherwise = before.listenWith !== next.listenWith;
    if (isOther || isHeardOtherwise) this.link.send({ type: 'expect-model' });
    if (isOther) {
      this.heldLatents.leaveModel();
      this.learner.leaveModel();
    }
    sendDifference(this.link, before, next);
    const holds = this.heldLatents.fitted(next.steering.dimensions.length);
    const followed = this.learner.follow(next);
    const training = { ...this.state.training, ...followed };
    const midiLearn = followInput(this.state.midiLearn, before.inputs, next.inputs);
    this.store.change({ preset: next, holds, training, midiLearn }, origin, parameter);
    this.learner.update();
    // Whoever chooses another model has it opened.
    if (isHeardOtherwise && !isOther) void this.models.load(next.model);
  }

  private receive(report: StreamReport): void {
    switch (report.type) {
      case 'telemetry':
        this.heldLatents.setHeard(report.decoded, report.inputs);
        this.events.emit('telemetry', report);
        return;
      case 'prepared': {
        const { rate, channels, latencySamples, modelDelaySamples, thread } = report;
        this.store.change(
          { stream: { rate, channels, latencySamples, modelDelaySamples, thread } },
          'engine',
        );
        return;
      }
      case 'moved': {
        let preset = this.state.preset;
        for (const { index, value } of this.link.latestMoves(report))
          preset = withParameter(preset, index, value);
        this.store.change({ preset }, 'host');
        return;
      }
      case 'loop-kept':
        this.loops.receive(report);
        return;
      case 'midi-heard':
        this.midiLearn.receive(report.source);
        this.events.emit('control', report);
        return;
      case 'triggered':
      case 'controlled':
      case 'controllers-active':
        this.events.emit('control', report);
        return;
      case 'program-change':
        this.files.recall(report.program, report.channel);
        return;
      case 'failed':
        this.notify(
          new TillerError('model-failed', report.message, 'Choose the model again, or another one.'),
        );
        return;
    }
  }
}
