/** Waits before each start after a death, in milliseconds: at once, then with more and more patience. */
const WAITS_MILLISECONDS: readonly number[] = [0, 250, 500, 1000, 2000, 4000];
/** Whoever lived this long died of something new. */
const SETTLED_MILLISECONDS = 60_000;

/** When to start again what died: soon at first, then later, and not at all once it keeps dying. */
export class Restarts {
  /** Deaths in a row, none of them after a settled life. */
  deaths = 0;

  constructor(
    private readonly waits = WAITS_MILLISECONDS,
    private readonly settledMilliseconds = SETTLED_MILLISECONDS,
  ) {}

  /** Counts a death after `livedMilliseconds`; the wait before the next start, or null to give up. */
  next(livedMilliseconds: number): number | null {
    if (livedMilliseconds >= this.settledMilliseconds) this.deaths = 0;
    this.deaths += 1;
    return this.waits[this.deaths - 1] ?? null;
  }

  /** Forgets the deaths, as when the player asks for another try. */
  forget(): void {
    this.deaths = 0;
  }
}
