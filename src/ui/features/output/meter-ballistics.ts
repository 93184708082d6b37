/** The lowest level that a meter shows, in dB. */
export const FLOOR_DB = -60;
const TOP_DB = 3;
const PEAK_HOLD_SECONDS = 1.6;
const FALL_DB_PER_SECOND = 24;
const REDUCTION_FALL_DB_PER_SECOND = 18;
/** Gain reduction at which its meter is full. */
const REDUCTION_RANGE_DB = 24;

/** Position of a level on a meter, 0 to 1. @param db in dB */
export const meterPosition = (db: number): number =>
  Math.min(1, Math.max(0, (db - FLOOR_DB) / (TOP_DB - FLOOR_DB)));

/** The ballistics of one channel: a level that falls at a fixed rate, and a peak that is held for a while. In dB. */
export class ChannelBallistics {
  level = FLOOR_DB;
  peak = FLOOR_DB;
  private peakAge = 0;

  /**
   * @param elapsed seconds since the last call
   * @returns whether level or peak has changed
   */
  feed(peakDb: number, elapsed: number): boolean {
    const now = Number.isFinite(peakDb) ? Math.max(FLOOR_DB, peakDb) : FLOOR_DB;
    const { level, peak } = this;
    this.level = Math.max(now, this.level - FALL_DB_PER_SECOND * elapsed);
    this.peakAge += elapsed;
    if (now >= this.peak) {
      this.peak = now;
      this.peakAge = 0;
    } else if (this.peakAge > PEAK_HOLD_SECONDS)
      this.peak = Math.max(this.level, this.peak - FALL_DB_PER_SECOND * elapsed);
    return this.level !== level || this.peak !== peak;
  }
}

/** The ballistics of a meter of gain reduction, which falls at a fixed rate. */
export class ReductionBallistics {
  /** In dB, 0 or above. */
  reduction = 0;

  /** Share of the meter that is filled, 0 to 1. */
  get position(): number {
    return Math.min(1, this.reduction / REDUCTION_RANGE_DB);
  }

  /**
   * @param gainReductionDb as telemetry has it, of either sign
   * @param elapsed seconds since the last call
   * @returns whether it has changed
   */
  feed(gainReductionDb: number, elapsed: number): boolean {
    const now = Number.isFinite(gainReductionDb) ? Math.abs(gainReductionDb) : 0;
    const before = this.reduction;
    this.reduction = Math.max(now, before - REDUCTION_FALL_DB_PER_SECOND * elapsed);
    return this.reduction !== before;
  }
}
