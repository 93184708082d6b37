import { useCallback, useRef } from 'react';
import { usePage, values } from '../../engine-client/page.js';
import { palette } from '../../shared/canvas/palette.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import styles from './meters.module.css';

const FLOOR_DB = -60;
const TOP_DB = 3;
const PEAK_HOLD_SECONDS = 1.6;
const FALL_DB_PER_SECOND = 24;
const REDUCTION_FALL_DB_PER_SECOND = 18;
/** Gain reduction at which its meter is full. */
const REDUCTION_RANGE_DB = 24;

/** Position of a level on the meter, 0 to 1. */
const toPosition = (db: number): number => Math.min(1, Math.max(0, (db - FLOOR_DB) / (TOP_DB - FLOOR_DB)));

/** The channels from top to bottom. */
const names = ['inputPeakLeft', 'inputPeakRight', 'outputPeakLeft', 'outputPeakRight'] as const;

/** The ballistics of one channel: a level that falls at a fixed rate, and a peak that is held for a while. */
class Channel {
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

/** Meters of input, output (with the ceiling marked) and gain reduction. */
export function Meters() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const channels = useRef<readonly Channel[] | null>(null);
  const reduction = useRef(0);
  const ceiling = usePage(({ output }) => output.ceilingDb);

  const paint = useCallback(
    ({ context, width, height, now, elapsed, stale }: Surface) => {
      channels.current ??= Array.from({ length: 4 }, () => new Channel());
      const colours = palette();
      const current = values.isCurrent(now);
      let moved = stale;
      names.forEach((name, i) => {
        const channel = channels.current?.[i];
        if (channel?.feed(current ? values.scalar(name) : FLOOR_DB, elapsed) === true) moved = true;
      });
      const reductionDb = current ? Math.max(0, Math.abs(values.scalar('gainReduction'))) : 0;
      const bounded = Number.isFinite(reductionDb) ? reductionDb : 0;
      const shown = reduction.current;
      reduction.current = Math.max(bounded, shown - REDUCTION_FALL_DB_PER_SECOND * elapsed);
      if (!moved && reduction.current === shown) return;
      context.clearRect(0, 0, width, height);
      const gap = 3;
      const bar = Math.floor((height - 4 * gap) / 5);
      names.forEach((_, i) => {
        const channel = channels.current?.[i];
        if (channel === undefined) return;
        const y = i * bar + Math.floor(i / 2) * gap + i * 1;
        context.fillStyle = colours.line;
        context.fillRect(0, y, width, bar);
        context.fillStyle = i < 2 ? colours.input : colours.output;
        context.fillRect(0, y, width * toPosition(channel.level), bar);
        if (channel.peak > FLOOR_DB)
          context.fillRect(Math.min(width - 1.5, width * toPosition(channel.peak)), y, 1.5, bar);
        if (i >= 2) {
          context.fillStyle = colours.danger;
          context.fillRect(width * toPosition(ceiling), y, 1.5, bar);
        }
      });
      const y = 4 * bar + 2 * gap + 4;
      context.fillStyle = colours.line;
      context.fillRect(0, y, width, bar);
      const share = Math.min(1, reduction.current / REDUCTION_RANGE_DB);
      context.fillStyle = colours.danger;
      context.fillRect(width * (1 - share), y, width * share, bar);
    },
    [ceiling],
  );
  useCanvas(canvas, paint);

  return (
    <div className={styles.meters} role="img" aria-label="Meters: input, output and gain reduction">
      <div className={styles.names} aria-hidden="true">
        <span className={styles.input} data-help="Level of the model's input.">
          in
        </span>
        <span className={styles.output} data-help="Output level; the red mark is the ceiling.">
          out
        </span>
        <span className={styles.reduction} data-help="Gain reduction of the limiter.">
          GR
        </span>
      </div>
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}
