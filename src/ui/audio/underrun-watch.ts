const MANY = 10;
const WITHIN_MILLISECONDS = 10_000;
/** A speaker that opens may stutter until everything is warm. */
const WARM_UP_MILLISECONDS = 3000;
/** Said once, the player knows. */
const QUIET_MILLISECONDS = 120_000;

/** Tells one gap in the sound, which happens, from a machine that does not keep up. */
export class UnderrunWatch {
  private readonly times: number[] = [];
  private last = 0;
  private toldAt = -Infinity;
  private warmAt = -Infinity;

  /** The speaker opens, at `now`; its count begins at zero. */
  open(now: number): void {
    this.times.length = 0;
    this.last = 0;
    this.warmAt = now + WARM_UP_MILLISECONDS;
  }

  /** Takes the count of under-runs since the speaker opened, at `now` in milliseconds; true when it is time to say so. */
  count(underruns: number, now: number): boolean {
    const warm = now >= this.warmAt;
    for (let i = this.last; warm && i < underruns; i++) this.times.push(now);
    this.last = underruns;
    while ((this.times[0] ?? Infinity) < now - WITHIN_MILLISECONDS) this.times.shift();
    if (this.times.length < MANY || now - this.toldAt < QUIET_MILLISECONDS) return false;
    this.toldAt = now;
    return true;
  }
}
