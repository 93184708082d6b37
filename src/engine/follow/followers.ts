import { AUDIO_DESCRIPTORS, type AudioDescriptor } from '../../document/audio-descriptors.js';
import type { InputSource } from '../../document/input.js';
import { MAX_INPUTS } from '../../document/limits.js';
import { HeardRange } from './heard-range.js';
import { RANGE_RULES, compared, shown } from './range-rules.js';
import { SoundFigures } from './sound-figures.js';

export type AudioSource = Extract<InputSource, { kind: 'audio' }>;

/** An input that follows the audio. */
export interface Follower {
  /** Of the input. */
  readonly index: number;
  readonly source: AudioSource;
}

/** The model's input signals. */
interface SoundShape {
  /** In Hz. */
  readonly sampleRate: number;
  readonly hop: number;
  /** Latent frames per call. */
  readonly frames: number;
  readonly batch: number;
  readonly inputChannels: number;
}

/** Where an input rests whose descriptor has not had a value yet. */
const UNHEARD = 0.5;

/**
 * Inputs that follow the audio, at the rate of the latent frames: each latent frame's position is of the sound that this latent frame encodes.
 * A figure is brought to 0..1 by the range that was heard, or by a frozen one, then smoothed with the times of attack and release. In
 * silence, and while a sound has no pitch, an input stays where it is; loudness and onset fall.
 *
 * One thread; allocates nothing after construction.
 */
export class Followers {
  private readonly figures: SoundFigures;
  private readonly ranges: Readonly<Record<AudioDescriptor, HeardRange>>;
  private readonly framesPerSecond: number;
  /** Position of each input, NaN until it has had one. */
  private readonly present = new Float64Array(MAX_INPUTS).fill(NaN);
  /** The same in each latent frame of the last call, [frames, MAX_INPUTS]. */
  private readonly positions: Float64Array;
  /** Values of the present latent frame by descriptor. */
  private readonly values = new Float64Array(AUDIO_DESCRIPTORS.length);
  private readonly wanted = new Uint8Array(AUDIO_DESCRIPTORS.length);
  /** The call of the model in which each input followed last, and the number of the present one. */
  private readonly lastCall = new Float64Array(MAX_INPUTS).fill(-1);
  private call = 0;

  constructor(private readonly shape: SoundShape) {
    const { sampleRate, hop, frames } = shape;
    this.figures = new SoundFigures(sampleRate, hop);
    this.framesPerSecond = sampleRate / hop;
    this.ranges = Object.fromEntries(
      AUDIO_DESCRIPTORS.map((descriptor) => [
        descriptor,
        new HeardRange(RANGE_RULES[descriptor], this.framesPerSecond),
      ]),
    ) as Record<AudioDescriptor, HeardRange>;
    this.positions = new Float64Array(frames * MAX_INPUTS).fill(UNHEARD);
  }

  /** Forgets what was heard. */
  reset(): void {
    this.figures.reset();
    for (const descriptor of AUDIO_DESCRIPTORS) this.ranges[descriptor].reset();
    this.present.fill(NaN);
    this.positions.fill(UNHEARD);
  }

  /**
   * Hears a call of the model. To be called for each of them, also while no input follows.
   * @param audio what the model encodes, [batch, inputChannels, frames × hop]
   */
  hear(audio: Float32Array, followers: readonly Follower[]): void {
    this.call += 1;
    const { hop, frames, batch, inputChannels } = this.shape;
    const signals = batch * inputChannels;
    if (followers.length === 0) {
      for (let j = 0; j < frames; j += 1) this.figures.pass(audio, j * hop, signals, frames * hop);
      return;
    }
    for (let i = 0; i < followers.length; i += 1) this.begin((followers[i] as Follower).index);
    this.wanted.fill(0);
    for (let i = 0; i < followers.length; i += 1)
      this.wanted[AUDIO_DESCRIPTORS.indexOf((followers[i] as Follower).source.descriptor)] = 1;
    for (let j = 0; j < frames; j += 1) {
      this.figures.hear(audio, j * hop, signals, frames * hop, this.wanted[ONSET] === 1);
      this.measure();
      for (let i = 0; i < followers.length; i += 1) this.follow(followers[i] as Follower, j);
    }
  }

  /** Position of an input, 0..1, in latent frame `frame` of the last call. */
  positionAt(frame: number, index: number): number {
    return this.positions[frame * MAX_INPUTS + index] as number;
  }

  /** The lower end of the range that a source has now, in the unit of its descriptor. */
  lowOf({ descriptor, heard }: AudioSource): number {
    return heard === null ? shown(descriptor, this.ranges[descriptor].low) : heard[0];
  }

  /** The upper end of it. */
  highOf({ descriptor, heard }: AudioSource): number {
    return heard === null ? shown(descriptor, this.ranges[descriptor].high) : heard[1];
  }

  /** Forgets where an input was that did not follow in the last call. */
  private begin(index: number): void {
    if (this.lastCall[index] !== this.call - 1) this.present[index] = NaN;
    this.lastCall[index] = this.call;
  }

  /** Takes the values that are wanted, and lets their ranges hear them. */
  private measure(): void {
    const { figures, ranges, values, wanted } = this;
    for (let d = 0; d < values.length; d += 1) {
      if (wanted[d] === 0) continue;
      const descriptor = AUDIO_DESCRIPTORS[d] as AudioDescriptor;
      const value = figures.value(descriptor);
      values[d] = value;
      if (!figures.isSilent && value === value) ranges[descriptor].add(value);
    }
  }

  private follow({ index, source }: Follower, frame: number): void {
    const { descriptor, heard, attackMilliseconds, releaseMilliseconds } = source;
    const value = this.values[AUDIO_DESCRIPTORS.indexOf(descriptor)] as number;
    const before = this.present[index] as number;
    let next = before;
    if (value === value) {
      const range = this.ranges[descriptor];
      const low = heard === null ? range.low : compared(descriptor, heard[0]);
      const high = heard === null ? range.high : compared(descriptor, heard[1]);
      const target = Math.min(1, Math.max(0, (value - low) / (high - low)));
      const milliseconds = target > before ? attackMilliseconds : releaseMilliseconds;
      next = before === before ? target + this.rest(milliseconds) * (before - target) : target;
    }
    this.present[index] = next;
    this.positions[frame * MAX_INPUTS + index] = next === next ? next : UNHEARD;
  }

  /** What is left of a distance after one latent frame. */
  private rest(milliseconds: number): number {
    return milliseconds > 0 ? Math.exp(-1000 / (milliseconds * this.framesPerSecond)) : 0;
  }
}

const ONSET = AUDIO_DESCRIPTORS.indexOf('onset');
