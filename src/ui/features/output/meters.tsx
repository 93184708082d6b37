import { useCallback, useRef, useState } from 'react';
import { usePage, values } from '../../engine-client/page.js';
import { palette } from '../../shared/canvas/palette.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import { ChannelBallistics, FLOOR_DB, ReductionBallistics, meterPosition } from './meter-ballistics.js';
import styles from './meters.module.css';

/** The channels from top to bottom. */
const names = ['inputPeakLeft', 'inputPeakRight', 'outputPeakLeft', 'outputPeakRight'] as const;

/** Meters of input, output (with the ceiling marked) and gain reduction. */
export function Meters() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [channels] = useState(() => names.map(() => new ChannelBallistics()));
  const [reduction] = useState(() => new ReductionBallistics());
  const ceiling = usePage(({ output }) => output.ceilingDb);

  const paint = useCallback(
    ({ context, width, height, now, elapsed, stale }: Surface) => {
      const colours = palette();
      const current = values.isCurrent(now);
      let moved = reduction.feed(current ? values.scalar('gainReduction') : 0, elapsed) || stale;
      names.forEach((name, i) => {
        if (channels[i]?.feed(current ? values.scalar(name) : FLOOR_DB, elapsed) === true) moved = true;
      });
      if (!moved) return;
      context.clearRect(0, 0, width, height);
      const gap = 3;
      const bar = Math.floor((height - 4 * gap) / 5);
      names.forEach((_, i) => {
        const channel = channels[i];
        if (channel === undefined) return;
        const y = i * bar + Math.floor(i / 2) * gap + i * 1;
        context.fillStyle = colours.line;
        context.fillRect(0, y, width, bar);
        context.fillStyle = i < 2 ? colours.input : colours.output;
        context.fillRect(0, y, width * meterPosition(channel.level), bar);
        if (channel.peak > FLOOR_DB)
          context.fillRect(Math.min(width - 1.5, width * meterPosition(channel.peak)), y, 1.5, bar);
        if (i >= 2) {
          context.fillStyle = colours.danger;
          context.fillRect(width * meterPosition(ceiling), y, 1.5, bar);
        }
      });
      const y = 4 * bar + 2 * gap + 4;
      context.fillStyle = colours.line;
      context.fillRect(0, y, width, bar);
      const share = reduction.position;
      context.fillStyle = colours.danger;
      context.fillRect(width * (1 - share), y, width * share, bar);
    },
    [ceiling, channels, reduction],
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
