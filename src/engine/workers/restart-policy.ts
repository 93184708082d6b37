/** Delays before each restart, in milliseconds: none at first, then increasing. */
const WAITS_MILLISECONDS: readonly number[] = [0, 250, 500, 1000, 2000, 4000];
/** A failure after this time of work starts a new sequence. */
const STABLE_MILLISECONDS = 60_000;

/** Delays of restarts after failures; ends restarts after repeated failures. */
export class RestartPolicy {
  /** Number of failures in sequence, each after less than `stableMilliseconds` of work. */
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

  /** Starts a new sequence, as when the player starts again. */
  reset(): void {
    this.failures = 0;
  }
}
