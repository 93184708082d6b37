const RECENT_MILLISECONDS = 10_000;

/** Counts the underruns of the last ten seconds. All times are in milliseconds of `performance.now()`. */
export class RecentGaps {
  private readonly times: number[] = [];
  private known: number | null = null;

  /**
   * @param underruns counted since the speaker opened; null while that is not known. Those before the first count are not recent.
   * @returns how many of them are recent
   */
  count(underruns: number | null, now: number): number {
    const { times } = this;
    const known = this.known ?? underruns ?? 0;
    // The count begins anew with each opening of the speaker.
    if (underruns !== null && underruns < known) times.length = 0;
    for (let i = known; i < (underruns ?? 0); i++) times.push(now);
    this.known = underruns;
    while ((times[0] ?? Infinity) < now - RECENT_MILLISECONDS) times.shift();
    return times.length;
  }
}
