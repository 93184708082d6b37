/** Waits before each start after a failure, in milliseconds: at once, then longer each time. */
const WAITS_MILLISECONDS: readonly number[] = [0, 250, 500, 1000, 2000, 4000];
/** A failure after this long counts as the first of a new row. */
const STABLE_MILLISECONDS = 60_000;

/** When to start something again that failed: soon at first, then later, and not at all once it keeps failing. */
export class RestartPolicy {
  /** Failures in a row, none of them after `stableMilliseconds` of work. */
  failures = 0;

  constructor(
    private readonly waits = WAITS_MILLISECONDS,
    private readonly stableMilliseconds = STABLE_MILLISECONDS,
  ) {}

  /** Counts a failure after `ranMilliseconds`. Returns the milliseconds to wait before the next start, null to give up. */
  next(ranMilliseconds: number): number | null {
    if (ranMilliseconds >= this.stableMilliseconds) this.failures = 0;
    this.failures += 1;
    return this.waits[this.failures - 1] ?? null;
  }

  /** Counts from zero again, as when the player asks for another try. */
  reset(): void {
    this.failures = 0;
  }
}
