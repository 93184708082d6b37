import { dbToGain } from './db.js';
import { SlidingMinimum } from './sliding-minimum.js';
import { TRUE_PEAK_GROWTH, TRUE_PEAK_PAST, TRUE_PEAK_REACH, TruePeaks } from './true-peak.js';

/** Time in which the gain falls before a peak. */
const ATTACK_SECONDS = 0.001;
/** Time constant of the release. */
const RELEASE_SECONDS = 0.08;
/** Samples around a peak with constant gain, so that no interpolation across it exceeds the ceiling. */
const HOLD_SAMPLES = 8;
/**
 * Margin below the ceiling, for the under-reading of the peak estimate and for what a changing gain adds between samples.
 * Measured by test/engine/audio/limiter.test.ts.
 */
const MARGIN = dbToGain(-0.15);
/** Fixed-point unity gain of the moving averages: sums of integers do not accumulate rounding errors. */
const UNITY = 2 ** 40;
/** Samples are clamped to this, 180 dB above full scale, so that squares of float32 stay finite. */
const LOUDEST = 1e9;
/** Samples per inner block. */
const PIECE = 256;
/** Inner blocks after which the history is moved to the front of the buffer. */
const PIECES_KEPT = 8;
/** Just below 1 in float32: keeps a rounded product below the ceiling. */
const BELOW = 1 - 2 ** -23;

/**
 * Look-ahead true-peak limiter (ITU-R BS.1770-4, annex 2) with one gain for all channels. The required gain of each interval
 * between two samples is held (sliding minimum), released exponentially and smoothed by two moving averages that end before
 * the interval is output, so that the gain is reached in time. Remaining rounding errors are clipped: no output sample exceeds
 * the ceiling. Samples that are not finite count as 0, samples more than 180 dB above full scale are clamped. A signal whose
 * true peak stays 0.15 dB below the ceiling is output bit-identically. Does not allocate after construction. One thread.
 */
export class Limiter {
  /** Delay of the output in samples. */
  readonly latencySamples: number;
  /** Least gain since the last `takeReduction`. */
  private least = 1;

  /** Length of the history in samples. */
  private readonly past: number;
  private readonly truePeaks: TruePeaks;
  private readonly ceilings: Float64Array;
  /** 1 where the interval that a sample completes may contain a peak near the ceiling. */
  private readonly alerts: Uint8Array;
  private readonly minimum: SlidingMinimum;
  private readonly averages: readonly [MovingSum, MovingSum];
  private readonly fullSum: number;
  private readonly releaseShare: number;
  /** Position of the present inner block in the arrays of samples and ceilings. */
  private at = 0;
  private envelope = 1;
  /** True while the gain is 1 and the history requires no reduction. */
  private isUnity = false;
  /** Intervals until no sample near or above the ceiling can affect a peak. */
  private alert = 0;

  /** @param rate in Hz */
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

  /** Clears to silence and unity gain. */
  reset(): void {
    for (const channel of this.truePeaks.samples) channel.fill(0);
    this.ceilings.fill(1);
    this.minimum.reset();
    for (const average of this.averages) average.reset(UNITY);
    this.averages[1].reset(UNITY * this.averages[0].length);
    this.at = this.past;
    this.envelope = 1;
    this.isUnity = true;
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
      if (this.at + piece > this.ceilings.length) this.moveHistory();
      this.take(channels, done, piece, ceiling);
      this.measure(piece);
      for (let i = 0; i < piece; i += 1) {
        const gain = this.nextGain(this.requiredGain(i));
        if (gain < this.least) this.least = gain;
        this.output(channels, done + i, i, gain);
      }
      this.at += piece;
      done += piece;
    }
  }

  /** Least gain since the last call, linear, for the gain-reduction meter. */
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

  /** Required gain of the interval that sample `i` of the inner block completes. */
  private requiredGain(i: number): number {
    if (this.alerts[i] === 0) return 1;
    const left = this.at + i - TRUE_PEAK_REACH;
    const target = Math.min(this.ceilings[left] as number, this.ceilings[left + 1] as number) * MARGIN;
    const peak = this.truePeaks.peaks[i] as number;
    return peak > target ? target / peak : 1;
  }

  /** Gain of the next output sample. */
  private nextGain(required: number): number {
    // All windows contain unity gain only, and another one changes nothing.
    if (this.isUnity && required === 1) return 1;
    const held = this.minimum.next(required);
    const released = this.envelope + (1 - this.envelope) * this.releaseShare;
    this.envelope = held < released ? held : released;
    if (this.envelope > 1 - 1e-9) this.envelope = held;
    const whole = Math.floor(this.envelope * UNITY);
    const sum = this.averages[1].next(this.averages[0].next(whole));
    this.isUnity = held === 1 && this.envelope === 1 && sum === this.fullSum;
    return sum / this.fullSum;
  }

  /** Writes the output for sample `i` of the inner block at `to`. */
  private output(channels: readonly Float32Array[], to: number, i: number, gain: number): void {
    const from = this.at + i - this.latencySamples;
    const limit = this.ceilings[from] as number;
    for (let c = 0; c < channels.length; c += 1) {
      const value = Math.fround(((this.truePeaks.samples[c] as Float32Array)[from] as number) * gain);
      (channels[c] as Float32Array)[to] =
        value > limit ? limit * BELOW : value < -limit ? -limit * BELOW : value;
    }
  }

  /** Moves the history to the front of the buffers. */
  private moveHistory(): void {
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
