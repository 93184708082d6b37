import type { MusicalTime } from '../time/musical-time.js';
import { defaultOutput, type EngineMargin, type Output } from '../../document/output.js';
import { openMapping } from '../mapping/evaluate.js';
import type { NoiseSetting } from '../model/run/noise.js';
import type { ModelVariant } from '../model/manifest.js';
import type { RunningModel } from '../model/run/running-model.js';
import { numberOf, type Arrived } from './arrived-command.js';
import { MidiRouter, isLearnable } from './midi-router.js';
import { clampParameter, PARAMETER_INDEX, PARAMETERS } from '../../document/parameters.js';
import type { ModelAttribute } from '../../document/model-attribute.js';
import type { Steering } from '../../document/steering.js';
import type { StreamCommand, StreamReport } from './messages.js';
import { ModelCache } from './model-cache.js';
import { openHere, type ModelOpener, type ModelPlace } from './model-opener.js';
import { ChangeQueue } from './change-queue.js';
import type { Automated } from '../../document/parameter-values.js';
import { MovedParameters } from './moved-parameters.js';
import { streamNoise } from './stream-noise.js';
import { requiredVariant } from './routing.js';
import { kernelThreadId } from '../workers/thread-priority.js';
import { StreamReporter } from './stream-reporter.js';
import { Stream } from './stream.js';

/** Changes that one block may bring; what is beyond is thinned. */
const MAX_CHANGES = 4096;

/** What `apply` returns where nothing is being opened. */
const APPLIED = Promise.resolve();

const sameVariant = (a: ModelVariant | null, b: ModelVariant | undefined): boolean =>
  a?.frames === b?.frames && a?.batch === b?.batch;

/** The wait for the models that are being opened, until the last one plays. */
interface Opening {
  readonly promise: Promise<void>;
  readonly settle: () => void;
}

/**
 * A `Stream` with the model it plays, as the streaming worker holds it: takes commands between two blocks, opens models
 * in the variant that the settings require, routes MIDI, and reports (`StreamReporter`).
 * One thread, the worker's.
 */
export class Player {
  private readonly stream = new Stream();
  /** Moves for the next block; positions are samples of that block. */
  private readonly changes = new ChangeQueue(MAX_CHANGES, PARAMETERS.length);
  private readonly moves = new MovedParameters();
  private readonly router: MidiRouter;
  private readonly reporter: StreamReporter;
  private noise: NoiseSetting = { kind: 'seed', seed: 1 };
  private output: Output = defaultOutput();
  private steering: Steering = { amount: 1, glideSeconds: 0, dimensions: [] };
  private attributes: ModelAttribute[] = [];
  private readonly models = new ModelCache();
  private place: ModelPlace | null = null;
  private model: RunningModel | null = null;
  /** Earlier models that are still heard. */
  private leaving: RunningModel[] = [];
  /** Commands for the model that is expected or being opened; null while there is none. */
  private waiting: Arrived[] | null = null;
  private track: { rate: number; maxBlock: number; channels: 1 | 2 } | null = null;
  /** Counts loads, so that one overtaken by a newer one is dropped. */
  private loads = 0;
  private opening: Opening | null = null;
  /** The model that is being opened: it is not ordered twice. */
  private ordered: { readonly place: ModelPlace; readonly variant: ModelVariant } | null = null;
  /** True once a block was played since `prepare`: from then on the next one must not wait. */
  private started = false;
  private closed = false;
  private readonly thread = kernelThreadId();

  /**
   * @param opener opens models while others play; where nothing plays they are opened on this thread
   */
  constructor(
    private readonly report: (report: StreamReport) => void,
    private readonly opener: ModelOpener = openHere,
  ) {
    this.reporter = new StreamReporter(this.stream, this.moves, report);
    this.router = new MidiRouter({
      input: (offsetSamples, index, value) => this.parameter(offsetSamples, index, value),
      program: (program, channel) => this.report({ type: 'program-change', program, channel }),
    });
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
    return this.opening?.promise ?? null;
  }

  /** True once a block was played since `prepare`. */
  get hasStarted(): boolean {
    return this.started;
  }

  /** Length of the audio of one call of the playing model, in seconds; 0 without a model. */
  get callSeconds(): number {
    if (this.model === null) return 0;
    const { hop, frames, sampleRate } = this.model.shape;
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
    else if (command.type === 'expect-model') this.waiting ??= [];
    else if (command.type === 'load') this.changeTo(command.model);
    else {
      const arrived = { command, number: numberOf(this.moves, command) };
      if (this.waiting !== null) this.waiting.push(arrived);
      else this.set(arrived);
    }
    return this.loading ?? APPLIED;
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
        if (this.needsOtherVariant()) this.load();
        return;
      case 'attributes':
        this.attributes = this.kept({ attributes: [...command.attributes] }, number, command.sets).attributes;
        this.stream.setAttributes(this.attributes);
        return;
      case 'inputs':
        this.router.configure(command.inputs);
        this.stream.setMotions(command.inputs);
        return;
      case 'parameter':
        if (!this.moves.set(command.index, number)) return;
        this.changes.remove(command.index);
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
      model: this.model,
      noise: streamNoise(this.noise),
    });
    this.releaseUnheard();
    this.reportPrepared(latencySamples);
    // The other variant has the same latency unless it takes other frames per call: then a second report follows.
    if (this.needsOtherVariant()) this.load();
    return this.latencySamples;
  }

  /**
   * Routes a MIDI message to the inputs, whose moves are queued for the next block; a program change is reported at once. Messages
   * that are not valid, or that no input listens to, do nothing. Streaming thread; allocates nothing but the message for MIDI Learn.
   * @param offsetSamples position in the next block, in samples; beyond its end the move takes effect with the next one
   * @param data1 and data2 0..127; 0 where the message is shorter
   */
  midi(offsetSamples: number, status: number, data1: number, data2: number): void {
    if (isLearnable(status, data1, data2)) this.reporter.keepForLearn(status, data1, data2);
    this.router.message(offsetSamples, status, data1, data2);
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
    this.changes.push(offsetSamples, index, bounded);
    this.moves.move(index, bounded);
    if (index !== PARAMETER_INDEX.width || !(bounded > 0) || this.output.width > 0) return;
    this.output = { ...this.output, width: bounded };
    if (this.needsOtherVariant()) this.load();
  }

  /** Whether the blocks that follow belong to an offline render; see `Stream.setOffline`. */
  setOffline(offline: boolean): void {
    this.stream.setOffline(offline);
  }

  /** Where the next block lies in the music; see `Stream.setTime`. */
  setTime(time: Readonly<MusicalTime>): void {
    this.stream.setTime(time);
  }

  /** Plays the next block; see `Stream.process`. */
  process(input: readonly Float32Array[], output: readonly Float32Array[], frames: number): void {
    this.started = true;
    this.stream.process(input, output, frames, this.changes);
    if (this.leaving.length > 0) this.releaseUnheard();
    if (this.track !== null) this.reporter.played(frames, this.track.rate);
  }

  /** Applies the queued moves at once, for callers without sample positions. */
  takeNow(): void {
    const { changes } = this;
    for (; changes.next < Infinity; changes.shift())
      this.stream.setParameter(changes.nextKey, changes.nextValue);
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
    return this.moves.keptIn(settings, number, sets, (index) => {
      // Moves that still wait for their sample are older than what sets the parameter now.
      this.changes.remove(index);
      this.stream.dropChanges(index);
    });
  }

  /** Closes every model. Nothing is played after it. */
  close(): void {
    this.closed = true;
    this.loads++;
    for (const model of this.leaving.splice(0)) this.models.release(model);
    this.model?.close();
    this.model = null;
    this.models.close();
  }

  /** Releases the models that are no longer heard. */
  private releaseUnheard(): void {
    for (let i = this.leaving.length - 1; i >= 0; i--) {
      const model = this.leaving[i] as RunningModel;
      if (this.stream.plays(model)) continue;
      this.leaving.splice(i, 1);
      this.models.release(model);
    }
  }

  private needsOtherVariant(): boolean {
    if (this.model === null || this.track === null) return false;
    return !sameVariant(
      requiredVariant(this.output, this.track.channels, this.model.shape),
      this.model.shape,
    );
  }

  /** The same model is not opened again unless it failed: it plays on. */
  private changeTo(place: ModelPlace | null): void {
    const same = place?.manifest.sha256 === this.place?.manifest.sha256 && place?.dir === this.place?.dir;
    if (!same) this.place = place;
    if (same && this.opening !== null) return;
    if (same && this.model !== null && !this.reporter.hasFailed) {
      this.takeWaiting();
      return;
    }
    this.waiting ??= [];
    this.load();
  }

  private load(): void {
    if (this.opening === null) {
      let settle = () => undefined as void;
      const promise = new Promise<void>((resolve) => (settle = resolve));
      this.opening = { promise, settle };
    }
    this.open();
  }

  private open(): void {
    const { place } = this;
    const variant = place && requiredVariant(this.output, this.track?.channels ?? 1, place.manifest);
    if (place === this.ordered?.place && sameVariant(variant, this.ordered?.variant)) return;
    const load = ++this.loads;
    this.ordered = null;
    const kept = place && variant && this.models.take(place, variant);
    if (place === null || variant === null || kept !== null) {
      this.playOn(kept);
      return;
    }
    this.ordered = { place, variant };
    const opener = this.started ? this.opener : openHere;
    opener.open(place, variant, (opened) => {
      if (!(opened instanceof Error)) this.models.opened(opened, place, variant);
      if (load === this.loads) {
        this.ordered = null;
        this.playOn(opened);
      } else if (opened instanceof Error) return;
      else if (this.closed) opened.close();
      else this.models.release(opened);
    });
  }

  /** Plays `opened`, or the dry track where there is none, and applies the commands that waited for it. */
  private playOn(opened: RunningModel | null | Error): void {
    if (opened instanceof Error)
      this.report({ type: 'failed', code: 'model-failed', message: opened.message });
    const { loads } = this;
    if (this.model !== null) this.leaving.push(this.model);
    this.model = opened instanceof Error ? null : opened;
    if (this.track !== null)
      this.reportPrepared(this.stream.exchange(this.model, streamNoise(this.noise)).latencySamples);
    this.releaseUnheard();
    this.takeWaiting();
    // One of those may have required another model or variant.
    if (loads !== this.loads) return;
    // The settings may have come to require another variant while the model was being opened.
    if (this.needsOtherVariant()) this.open();
    else {
      this.opening?.settle();
      this.opening = null;
    }
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
    this.reporter.forgetFaults();
    this.report({
      type: 'prepared',
      rate,
      channels,
      latencySamples,
      modelDelaySamples: this.model?.shape.delaySamples ?? 0,
      thread: this.thread,
    });
  }
}
