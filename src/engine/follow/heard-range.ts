/** Steps that the scale of a descriptor is divided into. */
const BINS = 128;
/** Sound that is remembered. */
const MEMORY_SECONDS = 20;
/** Sound after which the range is all its own; before, the usual one has the rest. */
const SETTLING_SECONDS = 2;

/** How the range of a descriptor is taken from what was heard, in the unit that it is compared in. */
export interface RangeRule {
  /** Ends of the scale. */
  readonly low: number;
  readonly high: number;
  /** Shares of the values heard that lie below the range's ends. */
  readonly lowShare: number;
  readonly highShare: number;
  /** The range is widened to this. */
  readonly leastSpan: number;
  /** Where nothing was heard. */
  readonly usual: readonly [low: number, high: number];
}

/**
 * The range of a descriptor in the last 20 seconds of sound: quantiles of a histogram. Silence is not given to it and does not count
 * as time, so that it keeps what was heard before. It depends on these seconds alone: heard from the middle of a song on,
 * it becomes the same. One thread; allocates nothing after construction.
 */
export class HeardRange {
  low: number;
  high: number;
  /** The step of each value that is remembered, a ring; how often each step is in it. */
  private readonly remembered: Uint8Array;
  private readonly histogram = new Uint32Array(BINS);
  private readonly settlingFrames: number;
  /** Values heard since the start. */
  private heard = 0;

  /** @param framesPerSecond latent frames per second */
  constructor(
    private readonly rule: RangeRule,
    framesPerSecond: number,
  ) {
    this.remembered = new Uint8Array(Math.max(1, Math.round(MEMORY_SECONDS * framesPerSecond)));
    this.settlingFrames = Math.max(1, Math.round(SETTLING_SECONDS * framesPerSecond));
    [this.low, this.high] = rule.usual;
  }

  /** Forgets what was heard. */
  reset(): void {
    this.histogram.fill(0);
    this.heard = 0;
    [this.low, this.high] = this.rule.usual;
  }

  /** Hears one value; beyond the scale it counts as its end. */
  add(value: number): void {
    const { rule, remembered, histogram } = this;
    const at = ((value - rule.low) / (rule.high - rule.low)) * BINS;
    const bin = at > 0 ? Math.min(BINS - 1, Math.floor(at)) : 0;
    const slot = this.heard % remembered.length;
    if (this.heard >= remembered.length) {
      const forgotten = remembered[slot] as number;
      histogram[forgotten] = (histogram[forgotten] as number) - 1;
    }
    remembered[slot] = bin;
    histogram[bin] = (histogram[bin] as number) + 1;
    this.heard += 1;
    this.update();
  }

  private update(): void {
    const { rule } = this;
    const low = this.quantile(rule.lowShare);
    const high = this.quantile(rule.highShare);
    const missing = Math.max(0, rule.leastSpan - (high - low)) / 2;
    // Widened within the scale.
    const widenedLow = Math.max(rule.low, Math.min(low - missing, rule.high - rule.leastSpan));
    const widenedHigh = Math.min(rule.high, Math.max(high + missing, widenedLow + rule.leastSpan));
    const own = Math.min(1, this.heard / this.settlingFrames);
    this.low = rule.usual[0] + own * (widenedLow - rule.usual[0]);
    this.high = rule.usual[1] + own * (widenedHigh - rule.usual[1]);
  }

  /** The value below which a share (0..1) of those heard lies, between the edges of its step. */
  private quantile(share: number): number {
    const { histogram, rule, remembered } = this;
    const wanted = share * Math.min(this.heard, remembered.length);
    let below = 0;
    let bin = 0;
    while (bin < BINS - 1 && below + (histogram[bin] as number) < wanted) {
      below += histogram[bin] as number;
      bin += 1;
    }
    const inBin = histogram[bin] as number;
    const within = inBin > 0 ? Math.min(1, Math.max(0, (wanted - below) / inBin)) : 0;
    return rule.low + ((bin + within) / BINS) * (rule.high - rule.low);
  }
}
