import type { LoopLength } from '../../document/loop-lengths.js';
import type { MusicalPosition } from './timeline.js';

/** Longest loop, in seconds: eight bars of four quarter notes at 48 per minute. A longer one is halved until it fits. */
export const MAX_LOOP_SECONDS = 40;
/** Length of the cross-fade at the seam, and to the loop and back, in latent frames; at most a quarter of the loop. */
export const SEAM_FRAMES = 4;
/** Shortest part of a length that is tried where little was recorded, in quarter notes. */
const MIN_BEATS = 1 / 64;

/** `x` modulo `length`: 0 ≤ result < `length`. */
export function modulo(x: number, length: number): number {
  const rest = x - length * Math.floor(x / length);
  return rest < length ? rest : 0;
}

/** A loop as it was recorded, for keeping. */
export interface LoopContent {
  readonly frames: number;
  readonly beats: number | null;
  /** [frames, width] */
  readonly values: Float32Array;
}

/**
 * Repeats what was encoded last. Every latent frame is recorded with its place in the music. When the loop begins, the record is
 * kept as it is and read again and again: at musical lengths on the grid of beats and bars, with the place in the loop
 * given by the transport's position, so that changes of tempo and jumps keep the loop on the grid; at lengths in seconds from the
 * moment of beginning. Between two latent frames it interpolates linearly; at the seam it fades over to the latent frames
 * before the loop's start. Where too little was recorded for a length, half of it is tried, and so on.
 *
 * One thread; allocates nothing after construction but in `content`.
 */
export class RecordedLoop {
  private readonly capacity: number;
  private readonly record: Float32Array;
  private readonly recordBeats: Float64Array;
  private readonly kept: Float32Array;
  private readonly keptBeats: Float64Array;
  /** Latent frames recorded since the start. */
  private recorded = 0;
  /** Of the kept record: index of its first latent frame, and behind its last. */
  private keptFirst = 0;
  private keptEnd = 0;
  /** Where the loop began: quarter notes elapsed, and the beat there. */
  private startElapsed = 0;
  private startBeat = 0;
  /** The round that was found last: its start and length, as indices of the record, and its length in quarter notes. */
  private start = 0;
  private length = 0;
  private beats: number | null = null;
  /** Where it ends, in quarter notes elapsed. */
  private endBeat = 0;
  /** The latent frame that was read last. */
  readonly looped: Float32Array;

  /**
   * @param width values per latent frame, all rows of the batch
   * @param framesPerSecond latent frames per second
   */
  constructor(
    private readonly width: number,
    private readonly framesPerSecond: number,
  ) {
    this.capacity = Math.ceil(MAX_LOOP_SECONDS * framesPerSecond) + SEAM_FRAMES + 2;
    this.record = new Float32Array(this.capacity * width);
    this.kept = new Float32Array(this.capacity * width);
    this.recordBeats = new Float64Array(this.capacity);
    this.keptBeats = new Float64Array(this.capacity);
    this.looped = new Float32Array(width);
  }

  /** Forgets everything. */
  reset(): void {
    this.recorded = 0;
    this.keptFirst = 0;
    this.keptEnd = 0;
  }

  /** Records a latent frame of `width` values. @param elapsed quarter notes since the start */
  add(frame: Float32Array, elapsed: number): void {
    const at = this.recorded % this.capacity;
    this.record.set(frame, at * this.width);
    this.recordBeats[at] = elapsed;
    this.recorded += 1;
  }

  /**
   * Reads the latent frame at a place in the music into `looped`.
   * @param framesSince latent frames since the loop began
   * @returns false where too little was recorded
   */
  read(place: Readonly<MusicalPosition>, length: LoopLength, framesSince: number): boolean {
    if (!this.findRound(place, length)) return false;
    const at =
      this.beats === null
        ? modulo(framesSince, this.length)
        : this.indexOf(this.endBeat - this.beats + modulo(place.beat, this.beats)) - this.start;
    this.readAt(at);
    return true;
  }

  /** The round that plays at a place, as it sounds with its seam; null where too little was recorded. Allocates. */
  content(place: Readonly<MusicalPosition>, length: LoopLength): LoopContent | null {
    if (!this.findRound(place, length)) return null;
    const frames = Math.max(1, Math.round(this.length));
    const values = new Float32Array(frames * this.width);
    for (let i = 0; i < frames; i += 1) {
      this.readAt((i * this.length) / frames);
      values.set(this.looped, i * this.width);
    }
    return { frames, beats: this.beats, values };
  }

  /** Keeps the record as it is now; recording goes on meanwhile. */
  begin(place: Readonly<MusicalPosition>): void {
    this.kept.set(this.record);
    this.keptBeats.set(this.recordBeats);
    this.keptEnd = this.recorded;
    this.keptFirst = Math.max(0, this.recorded - this.capacity);
    this.startElapsed = place.elapsed;
    this.startBeat = place.beat;
  }

  /** Finds the round of a length, or of a part of it where too little was recorded. @returns false where there is none */
  private findRound(place: Readonly<MusicalPosition>, length: LoopLength): boolean {
    return length.seconds === undefined ? this.findBeats(place, length) : this.findSeconds(length.seconds);
  }

  private findSeconds(seconds: number): boolean {
    const count = this.keptEnd - this.keptFirst;
    let length = seconds * this.framesPerSecond;
    while (length > count) length /= 2;
    if (length < 1) return false;
    this.start = this.keptEnd - length;
    this.length = length;
    this.beats = null;
    return true;
  }

  private findBeats(place: Readonly<MusicalPosition>, length: LoopLength): boolean {
    if (this.keptEnd === this.keptFirst) return false;
    const oldest = this.keptBeats[this.keptFirst % this.capacity] as number;
    let beats = length.beats ?? (length.bars ?? 1) * place.beatsPerBar;
    while (this.seam(beats) - beats < oldest) {
      beats /= 2;
      if (beats < MIN_BEATS) return false;
    }
    this.endBeat = this.seam(beats);
    this.start = this.indexOf(this.endBeat - beats);
    this.length = this.indexOf(this.endBeat) - this.start;
    this.beats = beats;
    return true;
  }

  /** Where a length last began on the grid before the loop was switched on, in quarter notes elapsed: the loop ends there. */
  private seam(beats: number): number {
    return this.startElapsed - modulo(this.startBeat, beats);
  }

  /** The index, with its fraction, at which `elapsed` quarter notes were recorded; beyond the last one, at its pace. */
  private indexOf(elapsed: number): number {
    let low = this.keptFirst;
    let high = this.keptEnd - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.keptBeats[middle % this.capacity] as number) <= elapsed) low = middle;
      else high = middle;
    }
    const from = this.keptBeats[low % this.capacity] as number;
    const to = this.keptBeats[high % this.capacity] as number;
    return to > from ? low + (elapsed - from) / (to - from) : low;
  }

  /** Reads the round, `at` latent frames into it, which may be a fraction. */
  private readAt(at: number): void {
    const { looped, start, length } = this;
    const seam = Math.min(SEAM_FRAMES, length / 4);
    const fade = seam > 0 ? (at - (length - seam)) / seam : 0;
    for (let d = 0; d < this.width; d += 1) looped[d] = this.value(start + at, d);
    if (fade <= 0) return;
    for (let d = 0; d < this.width; d += 1) {
      const value = looped[d] as number;
      looped[d] = value + fade * (this.value(start + at - length, d) - value);
    }
  }

  /** One kept value at an index with a fraction; beyond the record, its first or last. */
  private value(index: number, d: number): number {
    const last = this.keptEnd - 1;
    const clamped = Math.min(last, Math.max(this.keptFirst, index));
    const i = Math.floor(clamped);
    const a = this.kept[(i % this.capacity) * this.width + d] as number;
    const b = this.kept[(Math.min(last, i + 1) % this.capacity) * this.width + d] as number;
    return a + (clamped - i) * (b - a);
  }
}
