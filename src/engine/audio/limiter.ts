import { dbToGain } from './db.js';
import { SlidingMinimum } from './sliding-minimum.js';
import { TRUE_PEAK_GROWTH, TRUE_PEAK_REACH, TruePeakInterval } from './true-peak.js';

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
/** Largest float32 below 1, relative: keeps a rounded product from ending above the ceiling. */
const BELOW = 1 - 2 ** -23;

/**
 * Look-ahead true-peak limiter with one gain for all channels. The required gain of each interval between two samples
 * is held (sliding minimum), released exponentially and smoothed by two moving averages, whose window ends before
 * the interval leaves: the gain has arrived when the peak does. What rounding leaves is clipped at the ceiling, so
 * no output sample exceeds it, whatever comes in; samples that are not finite count as 0. A signal whose true peak
 * stays 0.15 dB under the ceiling leaves bit-identical. Nothing is allocated after construction. One thread.
 */
export class Limiter {
  /** Samples by which the output is late. */
  readonly latencySamples: number;
  /** Least gain applied since `takeReduction`. */
  private least = 1;

  private readonly size: number;
  private readonly mask: number;
  /** Ring of the last samples per channel, written twice so that every window of `size` is contiguous. */
  private readonly history: Float32Array[];
  private readonly ceilings: Float64Array;
  private readonly intervals: TruePeakInterval[];
  private readonly minimum: SlidingMinimum;
  private readonly averages: readonly [MovingSum, MovingSum];
  private readonly fullSum: number;
  private readonly releaseShare: number;
  private time = 0;
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
    this.size = 2 ** Math.ceil(Math.log2(this.latencySamples + 2 * TRUE_PEAK_REACH + 1));
    this.mask = this.size - 1;
    this.history = Array.from({ length: channels }, () => new Float32Array(2 * this.size));
    this.ceilings = new Float64Array(this.size);
    this.intervals = Array.from({ length: channels }, () => new TruePeakInterval());
    this.minimum = new SlidingMinimum(attack + 2 * HOLD_SAMPLES + 1);
    this.averages = [new MovingSum(first), new MovingSum(second)];
    this.fullSum = first * second * UNITY;
    this.releaseShare = 1 - Math.exp(-1 / (RELEASE_SECONDS * rate));
    this.reset();
  }

  /** Forgets the past. */
  reset(): void {
    for (const channel of this.history) channel.fill(0);
    for (const interval of this.intervals) interval.skip();
    this.ceilings.fill(1);
    this.minimum.reset();
    for (const average of this.averages) average.reset(UNITY);
    this.averages[1].reset(UNITY * this.averages[0].length);
    this.time = 0;
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
    for (let i = 0; i < count; i += 1) {
      const limit = ceiling[i] as number;
      this.take(channels, i, limit);
      const gain = this.nextGain();
      if (gain < this.least) this.least = gain;
      this.give(channels, i, gain);
      this.time += 1;
    }
  }

  /** Least gain since the last call, linear: the gain reduction to show. */
  takeReduction(): number {
    const least = this.least;
    this.least = 1;
    return least;
  }

  private take(channels: readonly Float32Array[], i: number, limit: number): void {
    const slot = this.time & this.mask;
    let level = 0;
    for (let c = 0; c < this.history.length; c += 1) {
      const ring = this.history[c] as Float32Array;
      const sample = (channels[c] as Float32Array)[i] as number;
      const finite = sample - sample === 0 ? sample : 0;
      ring[slot] = finite;
      ring[slot + this.size] = finite;
      level = Math.max(level, Math.abs(finite));
    }
    this.ceilings[slot] = limit;
    const moved = limit !== this.ceilings[(this.time - 1) & this.mask];
    if (moved || level * TRUE_PEAK_GROWTH > limit * MARGIN) this.alert = 2 * TRUE_PEAK_REACH;
  }

  /** Gain for the sample that leaves now. */
  private nextGain(): number {
    const required = this.requiredGain();
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

  /** Gain that the newest interval with all its neighbours known needs. */
  private requiredGain(): number {
    if (this.alert === 0) return 1;
    this.alert -= 1;
    const start = (this.time - 2 * TRUE_PEAK_REACH + 1) & this.mask;
    let peak = 0;
    for (let c = 0; c < this.history.length; c += 1) {
      const interval = this.intervals[c] as TruePeakInterval;
      peak = Math.max(peak, interval.next(this.history[c] as Float32Array, start));
      if (this.alert === 0) interval.skip();
    }
    const first = this.ceilings[(this.time - TRUE_PEAK_REACH) & this.mask] as number;
    const last = this.ceilings[(this.time - TRUE_PEAK_REACH + 1) & this.mask] as number;
    const target = Math.min(first, last) * MARGIN;
    return peak > target ? target / peak : 1;
  }

  private give(channels: readonly Float32Array[], i: number, gain: number): void {
    const slot = (this.time - this.latencySamples) & this.mask;
    const limit = this.ceilings[slot] as number;
    for (let c = 0; c < this.history.length; c += 1) {
      const value = Math.fround(((this.history[c] as Float32Array)[slot] as number) * gain);
      (channels[c] as Float32Array)[i] =
        value > limit ? limit * BELOW : value < -limit ? -limit * BELOW : value;
    }
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
