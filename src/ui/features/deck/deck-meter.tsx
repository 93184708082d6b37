import { useCallback, useRef, useState } from 'react';
import { usePage, values } from '../../engine-client/page.js';
import { palette } from '../../shared/canvas/palette.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import {
  ChannelBallistics,
  FLOOR_DB,
  ReductionBallistics,
  meterPosition,
} from '../output/meter-ballistics.js';
import styles from './deck-meter.module.css';

const names = ['outputPeakLeft', 'outputPeakRight'] as const;

/** Upright meters of the output with the ceiling marked, and of the limiter, which grows from above. */
export function DeckMeter() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [channels] = useState(() => names.map(() => new ChannelBallistics()));
  const [reduction] = useState(() => new ReductionBallistics());
  const ceiling = usePage(({ output }) => output.ceilingDb);
  const paint = useCallback(
    ({ context, width, height, now, elapsed, stale }: Surface) => {
      const current = values.isCurrent(now);
      let moved = reduction.feed(current ? values.scalar('gainReduction') : 0, elapsed) || stale;
      names.forEach((name, i) => {
        if (channels[i]?.feed(current ? values.scalar(name) : FLOOR_DB, elapsed) === true) moved = true;
      });
      if (!moved) return;
      const colours = palette();
      const gap = 3;
      const bar = (width - 2 * gap) / 3;
      context.clearRect(0, 0, width, height);
      channels.forEach(({ level, peak }, i) => {
        const x = i * (bar + gap);
        context.fillStyle = colours.line;
        context.fillRect(x, 0, bar, height);
        context.fillStyle = colours.output;
        const filled = height * meterPosition(level);
        context.fillRect(x, height - filled, bar, filled);
        if (peak > FLOOR_DB) context.fillRect(x, height * (1 - meterPosition(peak)), bar, 2);
        context.fillStyle = colours.danger;
        context.fillRect(x, height * (1 - meterPosition(ceiling)) - 1, bar, 2);
      });
      const x = 2 * (bar + gap);
      context.fillStyle = colours.line;
      context.fillRect(x, 0, bar, height);
      context.fillStyle = colours.danger;
      context.fillRect(x, 0, bar, height * reduction.position);
    },
    [ceiling, channels, reduction],
  );
  useCanvas(canvas, paint);
  return (
    <div className={styles.meter} role="img" aria-label="Meters: output, and gain reduction of the limiter">
      <div className={styles.bars}>
        <canvas ref={canvas} aria-hidden="true" />
      </div>
      <span className={styles.caption} aria-hidden="true">
        Out
        <span className={styles.limiter}>GR</span>
      </span>
    </div>
  );
}
