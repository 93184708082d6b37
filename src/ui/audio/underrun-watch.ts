/** This many underruns within the window are frequent. */
const MANY = 10;
const WINDOW_MILLISECONDS = 10_000;
/** Underruns in the first seconds after opening are ignored. */
const WARM_UP_MILLISECONDS = 3000;
/** Shortest time between two reports. */
const PAUSE_MILLISECONDS = 120_000;

/** Distinguishes frequent underruns from an occasional one. All times are in milliseconds of `performance.now()`. */
export class UnderrunWatch {
  private readonly times: number[] = [];
  private last = 0;
  private reportedAt = -Infinity;
  private warmAt = -Infinity;

  /** Begins anew when the speaker opens: its count of underruns begins at 0. */
  open(now: number): void {
    this.times.length = 0;
    this.last = 0;
    this.warmAt = now + WARM_UP_MILLISECONDS;
  }

  /**
   * @param underruns counted since the speaker opened
   * @returns whether to report frequent underruns now
   */
  count(underruns: number, now: number): boolean {
    const warm = now >= this.warmAt;
    for (let i = this.last; warm && i < underruns; i++) this.times.push(now);
    this.last = underruns;
    while ((this.times[0] ?? Infinity) < now - WINDOW_MILLISECONDS) this.times.shift();
    if (this.times.length < MANY || now - this.reportedAt < PAUSE_MILLISECONDS) return false;
    this.reportedAt = now;
    return true;
  }
}
