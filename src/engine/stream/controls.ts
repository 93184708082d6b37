import type { ModelShape } from '../model/run/running-model.js';
import { PARAMETERS } from '../../document/parameters.js';
import { Steering } from '../steering/steer.js';
import { BLENDED_LOOPS } from '../../document/loop-slots.js';
import { LOOP_LENGTHS } from '../../document/loop-lengths.js';
import { LatentLoop, type LoopChoice } from '../time/latent-loop.js';
import type { MusicalPosition } from '../time/timeline.js';
import { ChangeQueue } from './change-queue.js';
import { inputValueOf } from '../../document/value-range.js';
import { Followers } from '../follow/followers.js';
import { lfoAt } from '../time/lfo.js';
import type { StreamNoise } from './stream-noise.js';
import { type AudioMotion, type FrameSettings, type Motion, applyToFrames } from './latent-frame-settings.js';

/** Values of the last latent frame, first row of the batch, in latent units. */
export interface FrameView {
  readonly encoded: Float32Array;
  /** NaN where a dimension is not mapped. */
  readonly mapped: Float64Array;
  readonly decoded: Float32Array;
}

/** Gives the musical position of a latent frame, counted from the start. */
export interface FrameClock {
  locate(frame: number, into: MusicalPosition): void;
}

/**
 * Everything between encoder and decoder, one latent frame at a time: loop → freeze → inputs → mapping → steering → holds → noise. Parameter
 * changes wait here for the latent frame whose window holds their sample. One thread; allocates nothing after construction.
 */
export class FrameControls {
  readonly view: FrameView;
  /** Index of the next latent frame since the start. */
  private frame = 0;
  /** Positions are latent frames. There is room for every parameter in each frame that a change can wait for. */
  private readonly changes: ChangeQueue;
  private readonly mapped: Float64Array;
  private readonly steerings: Steering[];
  /** Noise of each latent frame of the last call, [batch, dims]. */
  private readonly frameNoise: Float32Array[];
  /** Gliding state of the steering before each frame of the last call, [frames, batch, saved length]. */
  private readonly glidingStates: Float64Array;
  /** Encoder values that freeze holds, [batch, dims]. */
  private readonly held: Float32Array;
  /** True once there is a latent frame that freeze can hold. */
  private holding = false;
  private readonly loop: LatentLoop;
  private readonly followers: Followers;
  private readonly choice: LoopChoice = { on: false, length: LOOP_LENGTHS[0], slot: 0, atBar: false };
  private readonly place: MusicalPosition = { elapsed: 0, beat: 0, beatsPerBar: 4, seconds: 0 };
  /** Index of the first latent frame of the last call. */
  private callFrame = 0;
  /** One latent frame, [batch, dims]; the last call's latent frames behind the loop, as the encoder's. */
  private readonly frameValues: Float32Array;
  private readonly looped: Float32Array;
  private readonly encoded: Float32Array;
  private readonly decoded: Float32Array;
  private steeringVersion = -1;
  /** Latent frame of the last call that automation changed last. */
  private automated = 0;

  /** @param framesAhead latent frames by which a change can arrive before the frame that plays it */
  constructor(
    private readonly shape: ModelShape,
    private readonly settings: FrameSettings,
    private source: StreamNoise,
    framesAhead: number,
    private readonly clock: FrameClock,
  ) {
    const { latentDims, batch, frames } = shape;
    const framesWaited = frames + framesAhead + 2;
    this.changes = new ChangeQueue(framesWaited * PARAMETERS.length, PARAMETERS.length);
    this.mapped = new Float64Array(latentDims);
    this.steerings = Array.from(
      { length: batch },
      () => new Steering(latentDims, shape.sampleRate / shape.hop),
    );
    this.frameNoise = Array.from({ length: frames }, () => new Float32Array(batch * latentDims));
    this.glidingStates = new Float64Array(frames * batch * (this.steerings[0]?.savedLength ?? 0));
    this.held = new Float32Array(batch * latentDims);
    this.loop = new LatentLoop(batch * latentDims, shape.sampleRate / shape.hop, batch);
    this.followers = new Followers(shape);
    this.frameValues = new Float32Array(batch * latentDims);
    this.looped = new Float32Array(batch * latentDims * frames);
    this.encoded = new Float32Array(latentDims);
    this.decoded = new Float32Array(latentDims);
    this.view = {
      encoded: new Float32Array(latentDims),
      mapped: this.mapped,
      decoded: new Float32Array(latentDims),
    };
    this.restart();
  }

  /** True where a setting changed since the frames that sound were steered. */
  get controlsDirty(): boolean {
    return this.settings.controlsDirty;
  }

  /** The noise of the model and of the latents. */
  get noise(): StreamNoise {
    return this.source;
  }

  /** Draws from `noise` from the next latent frame on. */
  setNoise(noise: StreamNoise): void {
    this.source = noise;
  }

  /** Returns to latent frame 0: glides at rest, noise at its first value. Settings stay; waiting changes are applied to them. */
  restart(): void {
    this.settle();
    this.frame = 0;
    this.holding = false;
    this.loop.reset();
    this.followers.reset();
    this.mapped.fill(NaN);
    for (const steering of this.steerings) steering.reset();
    this.noise.model.restart();
    this.noise.latents.restart();
  }

  /** Applies every change that waits to the settings. */
  settle(): void {
    this.applyUpTo(Infinity);
  }

  /** Has a change take effect with latent frame `frame`; a later one for the same frame and parameter replaces it. */
  schedule(frame: number, parameter: number, value: number): void {
    this.changes.push(Math.max(frame, this.frame), parameter, value);
  }

  /** Drops the changes of a parameter that still wait. */
  dropChanges(parameter: number): void {
    this.changes.remove(parameter);
  }

  /**
   * To be called before a call of the model. All of its latent frames are computed with the attributes and the prior's settings of the first one.
   * @param attributes takes what the model's attributes are; those that are not known stay as they are
   * @param priorIn takes the controls of the model's prior, [controls, frames]; empty where it has none
   * @returns whether the prior gives the call's latents
   */
  begin(attributes: Float32Array, priorIn: Float32Array): boolean {
    this.applyUpTo(this.frame);
    const { settings } = this;
    for (let i = 0; i < attributes.length; i += 1) {
      const attribute = settings.attributes[i];
      if (attribute !== undefined) attributes[i] = attribute.value;
    }
    if (!settings.prior || priorIn.length === 0) return false;
    priorIn.fill(settings.priorTemperature, 0, this.shape.frames);
    return true;
  }

  /**
   * Takes [batch, dims, frames] of encoder values to decoder values, over the frames of one call.
   * @param audio what was encoded, [batch, inputChannels, frames × hop]
   */
  run(audio: Float32Array, encoded: Float32Array, latents: Float32Array): void {
    const { frames } = this.shape;
    const { audioMotions } = this.settings;
    this.followers.hear(audio, audioMotions);
    this.settings.controlsDirty = false;
    this.automated = 0;
    this.callFrame = this.frame;
    for (let j = 0; j < frames; j += 1) {
      if (this.applyUpTo(this.frame)) this.automated = j;
      if (this.settings.loopSlot === BLENDED_LOOPS) this.moveInputs(j);
      this.playLoop(j, encoded);
      this.frame += 1;
      this.drawNoise(j);
      this.saveSteering(j);
      this.play(j, latents);
    }
  }

  /**
   * Steers the frames of the last call again from `first` on, with the settings that have changed since. What automation
   * did within the call is kept: where `first` lies before it, nothing is done.
   * @returns whether `latents` has changed
   */
  runAgain(first: number, latents: Float32Array): boolean {
    if (first < this.automated) return false;
    this.settings.controlsDirty = false;
    this.restoreSteering(first);
    let changed = false;
    for (let j = first; j < this.shape.frames; j += 1) {
      this.saveSteering(j);
      changed = this.play(j, latents) || changed;
    }
    return changed;
  }

  /** Latent frame `j` of the call, all rows. @returns whether that changed `latents` */
  private play(j: number, latents: Float32Array): boolean {
    const { looped } = this;
    const { frames, batch, latentDims } = this.shape;
    this.moveInputs(j);
    this.configure();
    let changed = false;
    for (let row = 0; row < batch; row += 1) {
      const at = row * latentDims * frames + j;
      for (let d = 0; d < latentDims; d += 1) this.encoded[d] = looped[at + d * frames] as number;
      this.steer(row, j);
      for (let d = 0; d < latentDims; d += 1) {
        const value = this.decoded[d] as number;
        changed ||= latents[at + d * frames] !== value;
        latents[at + d * frames] = value;
      }
    }
    this.holding = true;
    return changed;
  }

  /** Writes the ends of the range that each input that follows the audio has now, [inputs, low and high], in the units of their descriptors. */
  audioRanges(into: Float32Array): void {
    const { audioMotions } = this.settings;
    for (let i = 0; i < audioMotions.length; i += 1) {
      const { index, source } = audioMotions[i] as AudioMotion;
      into[2 * index] = this.followers.lowOf(source);
      into[2 * index + 1] = this.followers.highOf(source);
    }
  }

  /** The loop that repeats, or would repeat, to be kept; null where too little was recorded. Allocates. */
  loopContent(): ReturnType<LatentLoop['content']> {
    return this.loop.content(lengthOf(this.settings));
  }

  /** Latent frame `j` of the call through the loop. */
  private playLoop(j: number, encoded: Float32Array): void {
    const { settings, frameValues, looped, loop, choice } = this;
    const { frames } = this.shape;
    for (let i = 0; i < frameValues.length; i += 1) frameValues[i] = encoded[i * frames + j] as number;
    this.clock.locate(this.frame, this.place);
    choice.on = settings.loop;
    choice.length = lengthOf(settings);
    choice.slot = settings.loopSlot;
    choice.atBar = settings.loopAtBar;
    loop.process(frameValues, this.place, choice, settings.loops);
    for (let i = 0; i < frameValues.length; i += 1) looped[i * frames + j] = frameValues[i] as number;
  }

  /** Takes the inputs that move by themselves to latent frame `j` of the call. */
  private moveInputs(j: number): void {
    const { motions, audioMotions, inputs } = this.settings;
    for (let i = 0; i < audioMotions.length; i += 1) {
      const { index, input } = audioMotions[i] as AudioMotion;
      inputs[index] = inputValueOf(input, this.followers.positionAt(j, index));
    }
    if (motions.length === 0) return;
    this.clock.locate(this.callFrame + j, this.place);
    for (let i = 0; i < motions.length; i += 1) {
      const { index, input, source } = motions[i] as Motion;
      inputs[index] = inputValueOf(input, lfoAt(source, this.place));
    }
  }

  /** Evaluates the mapping and passes changed settings on. */
  private configure(): void {
    const { settings, noise } = this;
    // A mapping may have fewer dimensions than the model.
    this.mapped.fill(NaN);
    settings.mapping?.evaluate(settings.inputs, this.mapped);
    if (this.steeringVersion !== settings.steeringVersion) {
      for (const steering of this.steerings) steering.configure(settings.steering);
      this.steeringVersion = settings.steeringVersion;
    }
    noise.model.width = settings.width;
  }

  private drawNoise(j: number): void {
    const { settings, noise, shape } = this;
    noise.latents.width = settings.width;
    if (settings.latentNoise > 0) noise.latents.normal(this.frameNoise[j] as Float32Array, shape.batch);
  }

  private saveSteering(j: number): void {
    for (let row = 0; row < this.steerings.length; row += 1) {
      const steering = this.steerings[row] as Steering;
      steering.save(this.glidingStates, (j * this.steerings.length + row) * steering.savedLength);
    }
  }

  private restoreSteering(j: number): void {
    for (let row = 0; row < this.steerings.length; row += 1) {
      const steering = this.steerings[row] as Steering;
      steering.restore(this.glidingStates, (j * this.steerings.length + row) * steering.savedLength);
    }
  }

  /** Applies the changes up to a latent frame. @returns whether there were any */
  private applyUpTo(frame: number): boolean {
    const { changes } = this;
    const waited = changes.length > 0 && changes.next <= frame;
    for (; changes.length > 0 && changes.next <= frame; changes.shift()) {
      applyToFrames(this.settings, changes.nextKey, changes.nextValue);
    }
    return waited;
  }

  private steer(row: number, j: number): void {
    const { encoded, decoded, held, settings } = this;
    const dims = this.shape.latentDims;
    const from = row * dims;
    const noise = this.frameNoise[j] as Float32Array;
    // Freeze keeps the last encoded latents; steering still acts on them.
    for (let d = 0; d < dims; d += 1) {
      if (settings.freeze && this.holding) encoded[d] = held[from + d] as number;
      else held[from + d] = encoded[d] as number;
    }
    (this.steerings[row] as Steering).process(encoded, this.mapped, decoded, settings.holds);
    if (settings.latentNoise > 0) {
      for (let d = 0; d < dims; d += 1) {
        decoded[d] = (decoded[d] as number) + settings.latentNoise * (noise[from + d] as number);
      }
    }
    if (row > 0) return;
    this.view.encoded.set(encoded);
    this.view.decoded.set(decoded);
  }
}

const lengthOf = ({ loopLength }: Pick<FrameSettings, 'loopLength'>) =>
  LOOP_LENGTHS[loopLength] ?? LOOP_LENGTHS[0];
