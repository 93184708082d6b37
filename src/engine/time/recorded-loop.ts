import type { LoopLength } from '../../document/loop-lengths.js';
import type { MusicalPosition } from './timeline.js';

/** Longest loop, in seconds: eight bars of four quarter notes at 48 per minute. A longer one is halved until it fits. */
export const MAX_LOOP_SECONDS = 40;
/** Length of the cross-fade at the seam, and to the loop and back, in latent frames; at most a quarter of the loop. */
export const SEAM_FRAMES = 4;
/** Shortest part of a length that is tried where little was recorded, in quarter notes. */
const MIN_BEATS = 1 / 64;

/** `x` modulo `length`: 0 ≤ result < `length`. */
function modulo(x: number, length: number): number {
  const rest = x - length * Math.floor(x / length);
  return rest < length ? rest : 0;
}

/**
 * Repeats what was encoded last. Every latent frame is recorded with its place in the music. When the loop is switched on, the
 * record is kept as it is and read again and again: at musical lengths on the grid of beats and bars, with the place in the loop
 * given by the transport's position, so that changes of tempo and jumps keep the loop on the grid; at lengths in seconds from the
 * moment of switching on. Between two latent frames it interpolates linearly; at the seam it fades over to the latent frames
 * before the loop's start, and it fades in and out. Where too little was recorded for a length, half of it is tried, and so
 * on; where nothing was, the latents pass.
 *
 * One thread; allocates nothing after construction.
 */
export class LatentLoop {
  private readonly capacity: number;
  private readonly record: Float32Array;
  private readonly recordBeats: Float64Array;
  private readonly kept: Float32Array;
  private readonly keptBeats: Float64Array;
  /** Latent frames recorded since the start. */
  private recorded = 0;
  private looping = false;
  /** Share of the loop in what is given, 0..1. */
  private share = 0;
  /** Of the kept record: index of its first latent frame, and behind its last. */
  private keptFirst = 0;
  private keptEnd = 0;
  /** Where the loop was switched on: quarter notes elapsed, and the beat there. */
  private startElapsed = 0;
  private startBeat = 0;
  private framesSince = 0;
  /** The latent frame that the loop has now. */
  private readonly looped: Float32Array;

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
    this.looping = false;
    this.share = 0;
  }

  /**
   * Plays the next latent frame.
   * @param frame `width` encoded values, replaced by the loop's where it is on
   * @param place of the latent frame in the music
   */
  process(frame: Float32Array, place: Readonly<MusicalPosition>, on: boolean, length: LoopLength): void {
    if (on && !this.looping) this.begin(place);
    this.looping = on;
    this.keep(frame, place.elapsed);
    const step = 1 / SEAM_FRAMES;
    this.share = on ? Math.min(1, this.share + step) : Math.max(0, this.share - step);
    if (this.share === 0) return;
    const has =
      length.seconds === undefined ? this.readBeats(place, length) : this.readSeconds(length.seconds);
    this.framesSince += 1;
    if (!has) return;
    for (let d = 0; d < this.width; d += 1) {
      const live = frame[d] as number;
      const looped = this.looped[d] as number;
      frame[d] = this.share === 1 ? looped : live + this.share * (looped - live);
    }
  }

  private keep(frame: Float32Array, elapsed: number): void {
    const at = this.recorded % this.capacity;
    this.record.set(frame, at * this.width);
    this.recordBeats[at] = elapsed;
    this.recorded += 1;
  }

  /** Keeps the record as it is now; recording goes on meanwhile. */
  private begin(place: Readonly<MusicalPosition>): void {
    this.kept.set(this.record);
    this.keptBeats.set(this.recordBeats);
    this.keptEnd = this.recorded;
    this.keptFirst = Math.max(0, this.recorded - this.capacity);
    this.startElapsed = place.elapsed;
    this.startBeat = place.beat;
    this.framesSince = 0;
  }

  private readSeconds(seconds: number): boolean {
    const count = this.keptEnd - this.keptFirst;
    let length = seconds * this.framesPerSecond;
    while (length > count) length /= 2;
    if (length < 1) return false;
    this.read(this.keptEnd - length, length, modulo(this.framesSince, length));
    return true;
  }

  private readBeats(place: Readonly<MusicalPosition>, length: LoopLength): boolean {
    if (this.keptEnd === this.keptFirst) return false;
    const oldest = this.keptBeats[this.keptFirst % this.capacity] as number;
    let beats = length.beats ?? (length.bars ?? 1) * place.beatsPerBar;
    while (this.seam(beats) - beats < oldest) {
      beats /= 2;
      if (beats < MIN_BEATS) return false;
    }
    const end = this.seam(beats);
    const start = this.indexOf(end - beats);
    const at = this.indexOf(end - beats + modulo(place.beat, beats)) - start;
    this.read(start, this.indexOf(end) - start, at);
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

  /** Reads the loop of `length` latent frames from index `start`, `at` latent frames into it; all may be fractions. */
  private read(start: number, length: number, at: number): void {
    const { looped } = this;
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
