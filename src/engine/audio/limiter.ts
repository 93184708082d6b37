import { dbToGain } from './db.js';
import { SlidingMinimum } from './sliding-minimum.js';
import { TRUE_PEAK_GROWTH, TRUE_PEAK_PAST, TRUE_PEAK_REACH, TruePeaks } from './true-peak.js';

/** Time in which the gain comes down ahead of a peak. */
const ATTACK_SECONDS = 0.001;
/** Time constant of the way back to unity. */
const RELEASE_SECONDS = 0.08;
/** Samples around a peak over which the gain stays down, so that no interpolation across it sees more. */
const HOLD_SAMPLES = 8;
/**
 * The gain aims this far below the ceiling: what the peak estimate may under-read, and what a moving gain adds
 * between the samples. Measured by test/engine/audio/limiter.test.ts.
 */
const MARGIN = dbToGain(-0.15);
/** Gains are whole numbers of this size: sums of whole numbers do not drift, however long they run. */
const UNITY = 2 ** 40;
/** Louder samples count as this, so that squares of float32 stay finite: 180 dB above full scale. */
const LOUDEST = 1e9;
/** Samples that are worked on at a time. */
const PIECE = 256;
/** Pieces that come before what is still needed of the past is moved to the front. */
const PIECES_KEPT = 8;
/** Largest float32 below 1, relative: keeps a rounded product from ending above the ceiling. */
const BELOW = 1 - 2 ** -23;

/**
 * Look-ahead true-peak limiter with one gain for all channels. The required gain of each interval between two samples
 * is held (sliding minimum), released exponentially and smoothed by two moving averages, whose window ends before
 * the interval leaves: the gain has arrived when the peak does. What rounding leaves is clipped at the ceiling, so
 * no output sample exceeds it, whatever comes in; samples that are not finite count as 0, and those 180 dB above full scale
 * as just that. A signal whose true peak stays 0.15 dB under the ceiling leaves bit-identical. Nothing is allocated after
 * construction. One thread.
 */
export class Limiter {
  /** Samples by which the output is late. */
  readonly latencySamples: number;
  /** Least gain applied since `takeReduction`. */
  private least = 1;

  /** Samples of the past that are needed. */
  private readonly past: number;
  private readonly truePeaks: TruePeaks;
  private readonly ceilings: Float64Array;
  /** Whether the interval that each sample completes may hold a peak near the ceiling. */
  private readonly alerts: Uint8Array;
  private readonly minimum: SlidingMinimum;
  private readonly averages: readonly [MovingSum, MovingSum];
  private readonly fullSum: number;
  private readonly releaseShare: number;
  /** Place of the present piece in the arrays of samples and ceilings. */
  private at = 0;
  private envelope = 1;
  /** True while the gain is 1 and nothing remembered asks for less. */
  private resting = false;
  /** Intervals for which a sample near or above the ceiling is within reach. */
  private alert = 0;

  constructor(rate: number, channels: number) {
    const attack = Math.max(8, Math.round(ATTACK_SECONDS * rate));
    const first = Math.ceil((attack + 1) / 2);
    const second = attack + 1 - first;
    this.latencySamples = TRUE_PEAK_REACH + attack + HOLD_SAMPLES - 1;
    this.past = Math.max(this.latencySamples, TRUE_PEAK_REACH + TRUE_PEAK_PAST);
    const length = this.past + PIECES_KEPT * PIECE;
    this.truePeaks = new TruePeaks(channels, length, PIECE);
    this.ceilings = new Float64Array(length);
    this.alerts = new Uint8Array(PIECE);
    this.minimum = new SlidingMinimum(attack + 2 * HOLD_SAMPLES + 1);
    this.averages = [new MovingSum(first), new MovingSum(second)];
    this.fullSum = first * second * UNITY;
    this.releaseShare = 1 - Math.exp(-1 / (RELEASE_SECONDS * rate));
    this.reset();
  }

  /** Forgets the past. */
  reset(): void {
    for (const channel of this.truePeaks.samples) channel.fill(0);
    this.ceilings.fill(1);
    this.minimum.reset();
    for (const average of this.averages) average.reset(UNITY);
    this.averages[1].reset(UNITY * this.averages[0].length);
    this.at = this.past;
    this.envelope = 1;
    this.resting = true;
    this.alert = 0;
    this.least = 1;
  }

  /**
   * Limits `count` samples in place.
   * @param ceiling linear true-peak ceiling of each incoming sample, above 0
   */
  process(channels: readonly Float32Array[], count: number, ceiling: Float64Array): void {
    for (let done = 0; done < count;) {
      const piece = Math.min(PIECE, count - done);
      if (this.at + piece > this.ceilings.length) this.forget();
      this.take(channels, done, piece, ceiling);
      this.measure(piece);
      for (let i = 0; i < piece; i += 1) {
        const gain = this.nextGain(this.requiredGain(i));
        if (gain < this.least) this.least = gain;
        this.give(channels, done + i, i, gain);
      }
      this.at += piece;
      done += piece;
    }
  }

  /** Least gain since the last call, linear: the gain reduction to show. */
  takeReduction(): number {
    const least = this.least;
    this.least = 1;
    return least;
  }

  private take(
    channels: readonly Float32Array[],
    offset: number,
    count: number,
    ceiling: Float64Array,
  ): void {
    const { at, ceilings, truePeaks, alerts } = this;
    for (let i = 0; i < count; i += 1) {
      let level = 0;
      for (let c = 0; c < truePeaks.samples.length; c += 1) {
        const sample = (channels[c] as Float32Array)[offset + i] as number;
        const finite = sample - sample === 0 ? Math.max(-LOUDEST, Math.min(LOUDEST, sample)) : 0;
        (truePeaks.samples[c] as Float32Array)[at + i] = finite;
        level = Math.max(level, Math.abs(finite));
      }
      const limit = ceiling[offset + i] as number;
      ceilings[at + i] = limit;
      const moved = limit !== ceilings[at + i - 1];
      if (moved || level * TRUE_PEAK_GROWTH > limit * MARGIN) this.alert = 2 * TRUE_PEAK_REACH;
      alerts[i] = this.alert > 0 ? 1 : 0;
      if (this.alert > 0) this.alert -= 1;
    }
  }

  /** Peaks of the intervals that the piece's samples complete, from the first alert to the last. */
  private measure(count: number): void {
    const { alerts } = this;
    let from = 0;
    while (from < count && alerts[from] === 0) from += 1;
    let to = count;
    while (to > from && alerts[to - 1] === 0) to -= 1;
    if (to > from) this.truePeaks.measure(this.at + from - TRUE_PEAK_REACH, from, to - from);
  }

  /** Gain that the interval which sample `i` of the piece completes needs. */
  private requiredGain(i: number): number {
    if (this.alerts[i] === 0) return 1;
    const left = this.at + i - TRUE_PEAK_REACH;
    const target = Math.min(this.ceilings[left] as number, this.ceilings[left + 1] as number) * MARGIN;
    const peak = this.truePeaks.peaks[i] as number;
    return peak > target ? target / peak : 1;
  }

  /** The gain for the sample that leaves now. */
  private nextGain(required: number): number {
    // At rest every window holds ones, and one more changes none of them.
    if (this.resting && required === 1) return 1;
    const held = this.minimum.next(required);
    const released = this.envelope + (1 - this.envelope) * this.releaseShare;
    this.envelope = held < released ? held : released;
    if (this.envelope > 1 - 1e-9) this.envelope = held;
    const whole = Math.floor(this.envelope * UNITY);
    const sum = this.averages[1].next(this.averages[0].next(whole));
    this.resting = held === 1 && this.envelope === 1 && sum === this.fullSum;
    return sum / this.fullSum;
  }

  /** Puts sample `i` of the piece, late by the latency, at `to`. */
  private give(channels: readonly Float32Array[], to: number, i: number, gain: number): void {
    const from = this.at + i - this.latencySamples;
    const limit = this.ceilings[from] as number;
    for (let c = 0; c < channels.length; c += 1) {
      const value = Math.fround(((this.truePeaks.samples[c] as Float32Array)[from] as number) * gain);
      (channels[c] as Float32Array)[to] =
        value > limit ? limit * BELOW : value < -limit ? -limit * BELOW : value;
    }
  }

  /** Moves what is still needed to the front. */
  private forget(): void {
    const from = this.at - this.past;
    for (const channel of this.truePeaks.samples) channel.copyWithin(0, from, this.at);
    this.ceilings.copyWithin(0, from, this.at);
    this.at = this.past;
  }
}

/** Sum of the last `length` whole numbers; exact below 2^53. */
class MovingSum {
  private readonly ring: Float64Array;
  private at = 0;
  private sum = 0;

  constructor(readonly length: number) {
    this.ring = new Float64Array(length);
  }

  reset(value: number): void {
    this.ring.fill(value);
    this.at = 0;
    this.sum = value * this.length;
  }

  next(value: number): number {
    this.sum += value - (this.ring[this.at] as number);
    this.ring[this.at] = value;
    this.at = this.at + 1 === this.length ? 0 : this.at + 1;
    return this.sum;
  }
}
