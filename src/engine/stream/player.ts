import type { MusicalTime } from '../time/musical-time.js';
import { defaultOutput, type EngineMargin, type Output } from '../../document/output.js';
import { openMapping } from '../mapping/evaluate.js';
import type { NoiseSetting } from '../model/run/noise.js';
import { numberOf, type Arrived } from './arrived-command.js';
import { MidiControls } from './midi-controls.js';
import { clampParameter, PARAMETER_INDEX, PARAMETERS, playedValue } from '../../document/parameters.js';
import type { ModelAttribute } from '../../document/model-attribute.js';
import type { Steering } from '../../document/steering.js';
import type { StreamCommand, StreamReport } from './messages.js';
import { ModelLoader, type ModelUser } from './model-loader.js';
import { openHere, type ModelOpener, type ModelPlace } from './model-opener.js';
import { ChangeQueue } from './change-queue.js';
import { asPlayed, type Automated } from '../../document/parameter-values.js';
import { MovedParameters } from './moved-parameters.js';
import { streamNoise } from './stream-noise.js';
import { requiredVariant } from './routing.js';
import { kernelThreadId } from '../workers/thread-priority.js';
import { StreamReporter } from './stream-reporter.js';
import { FADE_TO_DRY, Stream } from './stream.js';

/** Changes that one block may bring; what is beyond is thinned. */
const MAX_CHANGES = 4096;

/** What `apply` returns where nothing is being opened. */
const APPLIED = Promise.resolve();

/**
 * A `Stream` as the streaming worker holds it: takes the document's commands between two blocks, queues moves of automation
 * and MIDI for the next block, decides which of the two counts (`MovedParameters`), has models opened (`ModelLoader`) and
 * reports (`StreamReporter`). One thread, the worker's.
 */
export class Player {
  private readonly stream = new Stream();
  /** Moves for the next block; positions are samples of that block. */
  private readonly changes = new ChangeQueue(MAX_CHANGES, PARAMETERS.length + 1);
  private readonly moves = new MovedParameters();
  private readonly controls: MidiControls;
  private readonly reporter: StreamReporter;
  private noise: NoiseSetting = { kind: 'seed', seed: 1 };
  private output: Output = defaultOutput();
  private steering: Steering = { amount: 1, glideSeconds: 0, dimensions: [] };
  private attributes: ModelAttribute[] = [];
  private readonly models: ModelLoader;
  /** Commands for the model that is expected or being opened; null while there is none. */
  private waiting: Arrived[] | null = null;
  private track: { rate: number; maxBlock: number; channels: 1 | 2 } | null = null;
  /** True once a block was played since `prepare`: from then on the next one must not wait. */
  private started = false;
  private offline = false;
  private readonly thread = kernelThreadId();

  /**
   * @param opener opens models while others play; where nothing plays they are opened on this thread
   */
  constructor(
    private readonly report: (report: StreamReport) => void,
    opener: ModelOpener = openHere,
  ) {
    this.controls = new MidiControls({
      parameter: (offsetSamples, index, value) => this.parameter(offsetSamples, index, value),
      panic: (offsetSamples) => this.panic(offsetSamples),
      report,
    });
    this.reporter = new StreamReporter(this.stream, this.moves, this.controls, report);
    this.models = new ModelLoader(this.modelUser(), opener);
  }

  /** Latency in samples of the track; constant from one `prepared` report to the next. */
  get latencySamples(): number {
    return this.stream.latencySamples;
  }

  /** Failed calls of the playing model since it began to play; 0 without a model. */
  get faults(): number {
    const { faults } = this.stream;
    return faults === null ? 0 : faults.exceptions + faults.latents + faults.audio;
  }

  /** Settles when the model that is being opened plays; null while none is. */
  get loading(): Promise<void> | null {
    return this.models.loading;
  }

  /** True once a block was played since `prepare`. */
  get hasStarted(): boolean {
    return this.started;
  }

  /** Length of the audio of one call of the playing model, in seconds; 0 without a model. */
  get callSeconds(): number {
    const { model } = this.models;
    if (model === null) return 0;
    const { hop, frames, sampleRate } = model.shape;
    return (hop * frames) / sampleRate;
  }

  /** The scheduling margin of the plugin, from the output settings that play. */
  get margin(): EngineMargin {
    return this.output.margin;
  }

  /**
   * Takes a command between two blocks. `load`, and an `output` that needs another variant of the model, open a model:
   * the old one plays on until it is open. Commands for a model that is expected or being opened are taken when
   * it plays. Streaming thread.
   * @returns settles when nothing is being opened any more
   * @throws RangeError for a latent dimension or parameter that does not exist
   */
  apply(command: StreamCommand): Promise<void> {
    if (command.type === 'restart') this.stream.restart();
    else if (command.type === 'controllers') this.controls.assign(command.assignments);
    else if (command.type === 'expect-echo') this.controls.expectEcho(command.assignment, command.position);
    else if (command.type === 'panic') {
      this.panic(0);
      this.takeNow();
    } else if (command.type === 'expect-model') this.waiting ??= [];
    else if (command.type === 'load') this.changeTo(command.model);
    else {
      const arrived = { command, number: numberOf(this.moves, command) };
      if (this.waiting !== null) this.waiting.push(arrived);
      else this.set(arrived);
    }
    return this.loading ?? APPLIED;
  }

  private reportLoop({ slot, request }: Extract<StreamCommand, { type: 'keep-loop' }>): void {
    this.report({ type: 'loop-kept', slot, request, loop: this.stream.loopContent() });
  }

  private set({ command, number }: Arrived): void {
    switch (command.type) {
      case 'mapping':
        this.stream.setMapping(command.layout && openMapping(command.layout));
        return;
      case 'steering':
        this.steering = this.kept({ steering: command.steering }, number, command.sets).steering;
        this.stream.setSteering(this.steering);
        return;
      case 'output':
        this.output = this.kept({ output: command.output }, number, command.sets).output;
        this.stream.setOutput(this.output);
        this.models.follow();
        return;
      case 'attributes':
        this.attributes = this.kept({ attributes: [...command.attributes] }, number, command.sets).attributes;
        this.stream.setAttributes(this.attributes);
        return;
      case 'loops':
        this.stream.setLoops(command.loops);
        return;
      case 'keep-loop':
        this.reportLoop(command);
        return;
      case 'inputs':
        this.controls.configure(command.inputs);
        this.stream.setMotions(command.inputs);
        return;
      case 'parameter':
        if (!this.moves.set(command.index, number)) return;
        this.changes.remove(command.index);
        this.controls.setValue(command.index, command.value);
        this.stream.setParameter(command.index, command.value);
        return;
      case 'hold':
        this.stream.setHold(command.dimension, command.value ?? NaN);
        return;
      case 'noise':
        this.noise = command.noise;
        this.stream.setNoise(streamNoise(command.noise));
        return;
    }
  }

  /**
   * Prepares for a track. Streaming thread; allocates.
   * @param rate in Hz, a whole number, 22 050 to 192 000
   * @param maxBlock most samples per `process`
   * @returns the latency in samples of the track
   * @throws RangeError when the rate, block or channels are out of bounds
   */
  prepare(rate: number, maxBlock: number, channels: 1 | 2): number {
    this.track = { rate, maxBlock, channels };
    this.started = false;
    const { latencySamples } = this.stream.prepare({
      ...this.track,
      model: this.models.model,
      noise: streamNoise(this.noise),
    });
    this.models.releaseUnheard();
    this.reportPrepared(latencySamples);
    // The other variant has the same latency unless it takes other frames per call: then a second report follows.
    this.models.follow();
    return this.latencySamples;
  }

  /**
   * Routes a MIDI message to the inputs and to what the player's controller map assigns, whose moves are queued for the next block; a
   * program change is reported at once. Messages that are not valid, or that nothing listens to, do nothing. Streaming thread;
   * allocates as `MidiControls` says.
   * @param offsetSamples position in the next block, in samples; beyond its end the move takes effect with the next one
   * @param data1 and data2 0..127; 0 where the message is shorter
   */
  midi(offsetSamples: number, status: number, data1: number, data2: number): void {
    this.controls.message(offsetSamples, status, data1, data2);
  }

  /**
   * Queues an automatable parameter's move for the next block. A first width calls for another variant of the model, which is
   * `loading` then; it stays until `output` says otherwise, so that a fader at 0 does not change the model. Streaming thread;
   * allocates nothing unless a model is opened.
   * @param offsetSamples position in the next block, in samples; beyond its end the move takes effect with the next one
   * @param index into `PARAMETERS`
   * @param value in the parameter's own unit; clamped to its bounds, NaN becomes its initial value
   * @throws RangeError where there is no such parameter
   */
  parameter(offsetSamples: number, index: number, value: number): void {
    const bounded = clampParameter(index, value);
    this.changes.push(offsetSamples, index, playedValue(index, bounded));
    this.moves.move(index, bounded);
    this.controls.setValue(index, bounded);
    if (index !== PARAMETER_INDEX.width || !(bounded > 0) || this.output.width > 0) return;
    this.output = { ...this.output, width: bounded };
    this.models.follow();
  }

  /**
   * Fades to the dry track from the next block's sample `offsetSamples` on, within 10 ms: the model, its mapping and what waits for
   * them have no part in it.
   */
  private panic(offsetSamples: number): void {
    this.parameter(offsetSamples, PARAMETER_INDEX.bypass, 1);
    // As a change of bypass it would be heard with the track's sample that it arrived with.
    this.changes.push(offsetSamples, FADE_TO_DRY, 1);
  }

  /**
   * Whether the blocks that follow belong to an offline render; see `Stream.setOffline`. Where that is to be exact, and is not what
   * plays, the exact form of the model is `loading` then.
   */
  setOffline(offline: boolean): void {
    if (offline === this.offline) return;
    this.offline = offline;
    this.stream.setOffline(offline);
    this.models.follow();
  }

  /** Where the next block lies in the music; see `Stream.setTime`. */
  setTime(time: Readonly<MusicalTime>): void {
    this.stream.setTime(time);
  }

  /** Plays the next block; see `Stream.process`. */
  process(input: readonly Float32Array[], output: readonly Float32Array[], frames: number): void {
    this.started = true;
    this.stream.process(input, output, frames, this.changes);
    this.models.releaseUnheard();
    if (this.track !== null) this.reporter.played(frames, this.track.rate);
  }

  /** Applies the queued moves at once, for callers without sample positions. */
  takeNow(): void {
    const { changes } = this;
    for (; changes.next < Infinity; changes.shift()) {
      if (changes.nextKey === FADE_TO_DRY) this.stream.fadeToDry();
      else this.stream.setParameter(changes.nextKey, changes.nextValue);
    }
  }

  /** Applies and reports the queued moves at once, for when no block will follow because no speaker is open. */
  idle(): void {
    this.takeNow();
    this.reporter.reportMoves();
  }

  /** Settings of the document, with what plays of the parameters that they do not set or that were moved since. */
  private kept(changed: Partial<Automated>, number: number, sets: readonly number[] | undefined): Automated {
    const { output, steering, attributes } = this;
    const settings = { inputs: [], output, steering, attributes, ...changed };
    const kept = asPlayed(
      this.moves.keptIn(settings, number, sets, (index) => {
        // Moves that still wait for their sample are older than what sets the parameter now.
        this.changes.remove(index);
        this.stream.dropChanges(index);
      }),
    );
    this.controls.setValues(kept);
    return kept;
  }

  /** Closes every model. Nothing is played after it. */
  close(): void {
    this.models.close();
  }

  private changeTo(place: ModelPlace | null): void {
    if (this.models.opens(place)) return;
    // The same model is not opened again unless it failed: it plays on.
    if (this.models.hasLoaded(place) && !this.reporter.hasFailed) {
      this.takeWaiting();
      return;
    }
    this.waiting ??= [];
    this.models.load(place);
  }

  private modelUser(): ModelUser {
    return {
      isPrepared: () => this.track !== null,
      hasStarted: () => this.started,
      variantFor: (manifest) =>
        requiredVariant(this.output, this.track?.channels ?? 1, manifest, this.offline),
      play: () => this.playModel(),
      plays: (model) => this.stream.plays(model),
      failed: ({ message }) => this.report({ type: 'failed', code: 'model-failed', message }),
    };
  }

  /** Plays what was opened, and applies the commands that waited for it. */
  private playModel(): void {
    const { model } = this.models;
    if (this.track !== null)
      this.reportPrepared(this.stream.exchange(model, streamNoise(this.noise)).latencySamples);
    this.models.releaseUnheard();
    this.takeWaiting();
  }

  /** Applies all at once: no block is played in between. */
  private takeWaiting(): void {
    const waiting = this.waiting ?? [];
    this.waiting = null;
    for (const arrived of waiting) this.set(arrived);
  }

  private reportPrepared(latencySamples: number): void {
    if (this.track === null) return;
    const { rate, channels } = this.track;
    this.reporter.resetFaults();
    this.report({
      type: 'prepared',
      rate,
      channels,
      latencySamples,
      modelDelaySamples: this.models.model?.shape.delaySamples ?? 0,
      thread: this.thread,
    });
  }
}
