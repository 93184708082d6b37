import { MAX_TEMPO, MIN_TEMPO } from '../../document/limits.js';

/** A pause longer than this begins a new series of taps, in milliseconds. */
const PAUSE_MILLISECONDS = 2500;
/** Taps that count: the tempo is the mean over their intervals. */
const LONGEST_SERIES = 8;
/** An interval that differs from the mean by more than this factor begins a new tempo. */
const MOST_DEVIATION = 1.5;

/** A tempo that taps give, and the beat that the last tap was. */
export interface TappedTempo {
  /** Quarter notes per minute, `MIN_TEMPO` to `MAX_TEMPO`. */
  readonly tempo: number;
  /** Quarter notes since the first tap of the series. */
  readonly beat: number;
}

/** The tempo of taps, one on each quarter note; the first tap of a series is the first beat of a bar. */
export class TapTempo {
  /** Times of the last taps of the series, in milliseconds. */
  private taps: number[] = [];
  private beat = 0;

  /**
   * @param now time of the tap in milliseconds, of a clock that never goes back
   * @returns null for the first tap of a series, and where the taps are faster than any tempo
   */
  tap(now: number): TappedTempo | null {
    const last = this.taps.at(-1);
    if (last === undefined || now - last > PAUSE_MILLISECONDS) {
      this.taps = [now];
      this.beat = 0;
      return null;
    }
    const mean = this.meanMilliseconds;
    const ratio = mean === null ? 1 : (now - last) / mean;
    if (ratio > MOST_DEVIATION || ratio < 1 / MOST_DEVIATION) {
      this.taps = [last];
      this.beat = 0;
    }
    this.taps = [...this.taps, now].slice(-LONGEST_SERIES);
    this.beat += 1;
    const tempo = 60_000 / (this.meanMilliseconds ?? NaN);
    if (!(tempo >= MIN_TEMPO && tempo <= MAX_TEMPO)) return null;
    return { tempo, beat: this.beat };
  }

  private get meanMilliseconds(): number | null {
    const { taps } = this;
    if (taps.length < 2) return null;
    return ((taps.at(-1) ?? NaN) - (taps[0] ?? NaN)) / (taps.length - 1);
  }
}
