import { gainToDb } from '../audio/db.js';
import { Meter } from '../audio/meter.js';
import { movesByItself, type Input } from '../../document/input.js';
import { defaultOutput, type Output } from '../../document/output.js';
import { MAX_INPUTS, MAX_LATENTS } from '../../document/limits.js';
import { RECORDED_LOOP } from '../../document/loop-slots.js';
import { PlayedLoops, type SentLoop } from './loop-blend.js';
import type { FrameControls } from './controls.js';
import { DEFAULT_LOOP_LENGTH, LOOP_LENGTH_IDS } from '../../document/loop-lengths.js';
import type { RunningModel } from '../model/run/running-model.js';
import { PARAMETER_INDEX, PARAMETERS, playedValue } from '../../document/parameters.js';
import type { ModelAttribute } from '../../document/model-attribute.js';
import type { Steering } from '../../document/steering.js';
import type { StreamNoise } from './stream-noise.js';
import type { ChangeQueue } from './change-queue.js';
import { copyTime, FREE_TIME, type MusicalTime } from '../time/musical-time.js';
import { Handover, type ActivePipeline } from './model-exchange.js';
import type { Faults } from './model-runner.js';
import { noteLevel } from './note-level.js';
import { Pipeline, type StreamSetup } from './pipeline.js';
import {
  type FrameMapping,
  type FrameSettings,
  applyToFrames,
  audioMotionsOf,
  motionsOf,
} from './latent-frame-settings.js';
import type { StreamSnapshot } from './telemetry.js';

/**
 * Key of a change, after those of the parameters: the output fades to the dry track from its sample on. A change of bypass would be
 * heard with the track sample that it arrived with, by the latency later.
 */
export const FADE_TO_DRY = PARAMETERS.length;

/**
 * One playing instrument: a track through a model, steered, mixed and limited. Synchronous, one thread. Settings (`set…`)
 * hold across `prepare` and take effect with the next piece of the model's sound, a latent frame or less (`WetPath`);
 * levels are ramped from the next sample on. Changes that arrive with the audio (`process`) are tied to their track sample:
 * what acts on the latents takes effect in the latent frame whose window holds that sample, and levels start to move when that
 * sample is heard (input gain: when it is read). A setting drops the changes of its parameter that still wait.
 *
 * The output depends on the input, the changes and the noise's seed alone, bit for bit, not on how the track is cut
 * into blocks. Nothing is allocated while it plays.
 */
export class Stream {
  private output: Output = defaultOutput();
  private readonly inputs = new Float64Array(MAX_INPUTS).fill(0.5);
  private settings: FrameSettings = {
    inputs: this.inputs,
    motions: [],
    audioMotions: [],
    mapping: null,
    steering: { amount: 1, glideSeconds: 0, dimensions: [] },
    steeringVersion: 0,
    holds: new Float64Array(MAX_LATENTS).fill(NaN),
    attributes: [],
    latentNoise: 0,
    width: 0,
    freeze: false,
    prior: false,
    priorTemperature: 0,
    loop: false,
    loopLength: LOOP_LENGTH_IDS.indexOf(DEFAULT_LOOP_LENGTH),
    loopSlot: RECORDED_LOOP,
    loopAtBar: false,
    loops: new PlayedLoops([], this.inputs),
    controlsDirty: false,
  };
  private pipeline: Pipeline | null = null;
  private handover: Handover | null = null;
  private track: Float32Array[] = [];
  private inputMeter = new Meter(1);
  private outputMeter = new Meter(1);
  private samplesSinceSnapshot = 0;
  private milliseconds = 0;
  private offline = false;
  private readonly time: MusicalTime = { ...FREE_TIME };

  /**
   * Makes the pipeline for a track and a model. Starts in silence.
   * @returns by how many track samples the output is late: constant until the next `prepare` or `exchange`, whatever
   *   is set
   * @throws RangeError when the rate, block or channels are out of bounds
   */
  prepare(setup: StreamSetup): { latencySamples: number } {
    this.pipeline?.guarded?.controls.settle();
    const pipeline = new Pipeline(setup, this.settings, this.output);
    pipeline.setOffline(this.offline);
    pipeline.setTime(this.time);
    this.pipeline = pipeline;
    this.handover = null;
    this.track = Array.from({ length: setup.channels }, () => new Float32Array(pipeline.segment));
    this.inputMeter = new Meter(setup.channels);
    this.outputMeter = new Meter(setup.channels);
    return { latencySamples: pipeline.latencySamples };
  }

  /**
   * Changes to another model without a gap: the old one is heard until the new one's latency has passed. Settings
   * that are changed from here on are the new one's; levels are all's. Before the first sound it starts in silence.
   * @returns by how many track samples the new model's output is late
   * @throws Error before `prepare`
   */
  exchange(model: StreamSetup['model'], noise: StreamNoise): { latencySamples: number } {
    const leaving = this.pipeline;
    if (leaving === null) throw new Error('the stream was not prepared');
    leaving.guarded?.controls.settle();
    const { holds, steering, attributes, loops } = this.settings;
    const inputs = this.settings.inputs.slice();
    this.settings = {
      ...this.settings,
      inputs,
      loops: new PlayedLoops(loops.loops, inputs),
      holds: holds.slice(),
      steering: structuredClone(steering),
      attributes: structuredClone(attributes),
    };
    const coming = new Pipeline({ ...leaving.setup, model, noise }, this.settings, this.output);
    coming.setOffline(this.offline);
    coming.setTime(this.time);
    coming.mix.carryOn(leaving.mix);
    this.pipeline = coming;
    const heard = this.handover?.heard ?? (leaving.hasPlayed ? leaving : null);
    this.handover = heard && new Handover(heard, coming);
    return { latencySamples: coming.latencySamples };
  }

  /** True while `model` plays, exchanged ones that are still heard included: it must not be closed yet. */
  plays(model: RunningModel): boolean {
    return this.active?.plays(model) ?? false;
  }

  private get active(): ActivePipeline | null {
    return this.handover ?? this.pipeline;
  }

  /** By how many track samples the output is late; 0 before the first `prepare`. */
  get latencySamples(): number {
    return this.pipeline?.latencySamples ?? 0;
  }

  /** Failed calls of the model since `prepare`, by kind; null without a model. */
  get faults(): Readonly<Faults> | null {
    return this.pipeline?.guarded?.faults ?? null;
  }

  /** The model's last exception, or null. */
  get lastError(): unknown {
    return this.pipeline?.guarded?.lastError ?? null;
  }

  /**
   * Plays the next block. `input` and `output` may be the same arrays. Samples that are not finite count as 0.
   * @param input one array per channel, at least `frames` long
   * @param frames samples per channel, 1 to `maxBlock`
   * @param changes parameter changes within this block, by samples from its start, emptied; one past its end takes effect with
   *   the next block. Values are within the parameters' bounds. Null where there are none.
   * @throws Error before `prepare`; RangeError when a size does not fit what was prepared
   */
  process(
    input: readonly Float32Array[],
    output: readonly Float32Array[],
    frames: number,
    changes: ChangeQueue | null,
  ): void {
    const pipeline = this.pipeline;
    if (pipeline === null) throw new Error('the stream was not prepared');
    checkBlock(pipeline.setup, input, output, frames);
    const start = performance.now();
    for (let done = 0; done < frames;) {
      let end = Math.min(frames, done + pipeline.segment);
      if (changes !== null) {
        this.receive(changes, done);
        if (changes.next < end) end = changes.next;
      }
      this.playSegment(pipeline, input, output, done, end - done);
      done = end;
    }
    if (changes !== null) this.receive(changes, Infinity);
    this.samplesSinceSnapshot += frames;
    this.milliseconds += performance.now() - start;
  }

  /**
   * Starts over, as when the transport jumps: silence in every delay and filter, the model's state empty, the noise at
   * its first value, the latent frames counted from here. Settings stay. What follows does not depend on what was played before.
   */
  restart(): void {
    this.handover = null;
    this.pipeline?.restart();
  }

  /**
   * Whether what is played is an offline render: from the next call of the model on, what is heard then does not depend
   * on how long the model takes.
   */
  setOffline(offline: boolean): void {
    if (offline === this.offline) return;
    this.offline = offline;
    this.active?.setOffline(offline);
  }

  /** Where the next block lies in the music: from its first sample on. */
  setTime(time: Readonly<MusicalTime>): void {
    copyTime(time, this.time);
    this.active?.setTime(this.time);
  }

  /** Draws from another generator from the next latent frame on. */
  setNoise(noise: StreamNoise): void {
    this.pipeline?.guarded?.controls.setNoise(noise);
  }

  /** Levels, mix and listening. `framesPerCall`, `precision`, and a `listen` or `width` that needs another batch, take another model. */
  setOutput(output: Output): void {
    this.output = { ...output };
    const { settings } = this;
    settings.controlsDirty ||=
      output.latentNoise !== settings.latentNoise || output.freeze !== settings.freeze;
    settings.latentNoise = output.latentNoise;
    settings.width = output.width;
    settings.freeze = output.freeze;
    settings.prior = output.prior;
    settings.priorTemperature = output.priorTemperature;
    // They act from the next call on: what was looped within a call is not decoded again.
    settings.loop = output.loop;
    settings.loopLength = LOOP_LENGTH_IDS.indexOf(output.loopLength);
    settings.loopSlot = output.loopSlot;
    settings.loopAtBar = output.loopStart === 'bar';
    this.active?.setOutput(output);
  }

  /**
   * Which of the inputs move by themselves, from the next call of the model on; without a model they rest. One that no longer
   * moves takes its value in the document.
   */
  setMotions(inputs: readonly Input[]): void {
    const { motions, audioMotions } = this.settings;
    this.settings.motions = motionsOf(inputs);
    this.settings.audioMotions = audioMotionsOf(inputs);
    for (const { index } of [...motions, ...audioMotions]) {
      const input = inputs[index];
      if (input !== undefined && !movesByItself(input)) this.setParameter(index, input.value);
    }
  }

  /** Swaps in a learned mapping, or none: then every dimension plays what is encoded. */
  setMapping(mapping: FrameMapping | null): void {
    this.settings.mapping = mapping;
    this.settings.controlsDirty = true;
  }

  /** Mode, amount, range, glide and offset of each latent, from the next latent frame on. @param steering is copied */
  setSteering(steering: Steering): void {
    this.settings.steering = structuredClone(steering);
    this.settings.steeringVersion += 1;
    this.settings.controlsDirty = true;
  }

  /** The kept loops, from the next call of the model on. */
  setLoops(loops: readonly (SentLoop | null)[]): void {
    this.settings.loops = new PlayedLoops(loops, this.settings.inputs);
  }

  /** The loop that repeats, or would repeat, to be kept; null without a model, and where too little was played. Allocates. */
  loopContent(): ReturnType<FrameControls['loopContent']> {
    return this.pipeline?.guarded?.controls.loopContent() ?? null;
  }

  /** What the model lets be set: from its next call on. */
  setAttributes(attributes: readonly ModelAttribute[]): void {
    this.settings.attributes = structuredClone([...attributes]);
  }

  /** Holds a latent at `value`, in latent units; NaN releases it. @throws RangeError where there is no such dimension */
  setHold(dimension: number, value: number): void {
    if (!(dimension in this.settings.holds)) throw new RangeError(`no dimension ${dimension}`);
    this.settings.holds[dimension] = value;
    this.settings.controlsDirty = true;
  }

  /** One automatable parameter, from now on. @throws RangeError for an unknown index */
  setParameter(index: number, value: number): void {
    const bounded = playedValue(index, value);
    this.dropChanges(index);
    noteLevel(this.output, index, bounded);
    applyToFrames(this.settings, index, bounded);
    this.settings.controlsDirty = true;
    this.active?.setLevel(index, bounded);
  }

  /** Bypasses from the next sample of the output on, whatever track sample that shows; see `FADE_TO_DRY`. */
  fadeToDry(): void {
    noteLevel(this.output, PARAMETER_INDEX.bypass, 1);
    this.active?.fadeToDry();
  }

  /** Drops the changes of a parameter that arrived with the audio and still wait for their sample. */
  dropChanges(index: number): void {
    this.active?.dropChanges(index);
  }

  /** Fills `into` with the present latents, and with levels, loads and gain reduction since the last snapshot. */
  snapshot(into: StreamSnapshot): void {
    const { pipeline, settings } = this;
    for (let i = 0; i < MAX_INPUTS; i += 1) into.inputs[i] = settings.inputs[i] as number;
    copyTime(this.time, into.time);
    into.audioRanges.fill(NaN);
    if (pipeline === null) return;
    const { guarded, setup, mix } = pipeline;
    this.inputMeter.take(into.inputPeak, into.inputRms);
    this.outputMeter.take(into.outputPeak, into.outputRms);
    into.gainReductionDb = gainToDb(mix.limiter.takeReduction());
    into.latentDims = guarded?.model.shape.latentDims ?? 0;
    const playedMilliseconds = (this.samplesSinceSnapshot * 1000) / setup.rate;
    const share = playedMilliseconds > 0 ? 1 / playedMilliseconds : 0;
    into.modelLoad = (guarded?.takeMilliseconds() ?? 0) * share;
    into.totalLoad = this.milliseconds * share;
    this.samplesSinceSnapshot = 0;
    this.milliseconds = 0;
    into.modelRests = guarded?.isResting ?? false;
    if (guarded === null) return;
    const { view } = guarded.controls;
    into.encoded.set(view.encoded);
    into.mapped.set(view.mapped);
    into.decoded.set(view.decoded);
    guarded.controls.audioRanges(into.audioRanges);
    const { exceptions, latents, audio } = guarded.faults;
    into.faults = exceptions + latents + audio;
  }

  private playSegment(
    pipeline: Pipeline,
    input: readonly Float32Array[],
    output: readonly Float32Array[],
    offset: number,
    count: number,
  ): void {
    const { track } = this;
    for (let c = 0; c < track.length; c += 1) {
      const target = track[c] as Float32Array;
      const source = input[c] as Float32Array;
      for (let i = 0; i < count; i += 1) {
        const sample = source[offset + i] as number;
        target[i] = sample - sample === 0 ? sample : 0;
      }
    }
    this.inputMeter.add(track, 0, count);
    (this.handover ?? pipeline).process(track, output, offset, count);
    if (this.handover?.done === true) this.handover = null;
    this.outputMeter.add(output, offset, count);
  }

  /** Takes the changes up to sample `until` of the block: they arrived with the next track sample. */
  private receive(changes: ChangeQueue, until: number): void {
    for (; changes.length > 0 && changes.next <= until; changes.shift()) {
      if (changes.nextKey === FADE_TO_DRY) {
        this.fadeToDry();
        continue;
      }
      noteLevel(this.output, changes.nextKey, changes.nextValue);
      this.active?.receive(changes.nextKey, changes.nextValue);
    }
  }
}

function checkBlock(
  setup: StreamSetup,
  input: readonly Float32Array[],
  output: readonly Float32Array[],
  frames: number,
): void {
  if (!(frames >= 1 && frames <= setup.maxBlock)) throw new RangeError(`block of ${frames} samples`);
  for (let c = 0; c < setup.channels; c += 1) {
    const from = input[c];
    const to = output[c];
    if (from === undefined || to === undefined || from.length < frames || to.length < frames) {
      throw new RangeError(`channel ${c} is missing or shorter than ${frames} samples`);
    }
  }
}
