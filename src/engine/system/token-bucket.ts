/** How long a burst at twice the rate may last, in seconds. */
const BURST_SECONDS = 2;

/** Bounds how often something happens: on average `perSecond` times, with bursts. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number | null = null;

  /** @param perSecond Infinity for no bound */
  constructor(private readonly perSecond: number) {
    this.tokens = perSecond * BURST_SECONDS;
  }

  /** Takes one; false where it is too often. @param now in milliseconds, not decreasing */
  take(now: number): boolean {
    if (this.perSecond === Infinity) return true;
    const elapsed = this.filledAt === null ? 0 : (now - this.filledAt) / 1000;
    this.filledAt = now;
    this.tokens = Math.min(this.perSecond * BURST_SECONDS, this.tokens + elapsed * this.perSecond);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
