import { useCallback, useRef } from 'react';
import { movesByItself, type Input } from '../../../document/input.js';
import { values } from '../../engine-client/page.js';
import { palette } from '../../shared/canvas/palette.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import { useValue } from '../../shared/controls/use-value.js';
import { moveInput } from '../inputs/cursor.js';
import styles from './input-fader.module.css';

interface InputFaderProps {
  /** Index of the input, from 0. */
  index: number;
  input: Input;
}

/** The vertical fader of an input that is not on the pad. */
export function InputFader({ index, input }: InputFaderProps) {
  const { name, value } = input;
  const disabled = movesByItself(input);
  const track = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { pointer, aria } = useValue(
    {
      label: name,
      value,
      min: 0,
      max: 1,
      initial: 0.5,
      unit: 'plain',
      help: disabled
        ? `${name} moves by itself. Choose another source on the Inputs panel to move it by hand.`
        : `${name}: drag, shift for fine, double-click for the middle.`,
      disabled,
      onChange: (to, gesture) => moveInput(index, to, gesture),
    },
    { axis: 'y', jump: true, pixels: (element) => element.clientHeight },
    track,
  );
  const painted = useRef(NaN);
  const paint = useCallback(
    ({ context, width, height, now, stale }: Surface) => {
      const shown = values.input(index, input, now);
      if (!stale && shown === painted.current) return;
      painted.current = shown;
      const colours = palette();
      const y = (1 - shown) * (height - 12) + 6;
      context.clearRect(0, 0, width, height);
      context.fillStyle = colours.line;
      context.fillRect(width / 2 - 1.5, 0, 3, height);
      context.fillStyle = colours.control;
      context.fillRect(width / 2 - 1.5, y, 3, height - y);
      context.beginPath();
      context.roundRect(2, y - 4, width - 4, 8, 3);
      context.fill();
    },
    [index, input],
  );
  useCanvas(canvas, paint);
  return (
    <div className={styles.fader}>
      <span className={styles.name} aria-hidden="true">
        {name}
      </span>
      <div className={styles.track} ref={track} {...aria} aria-orientation="vertical" {...pointer}>
        <canvas ref={canvas} aria-hidden="true" />
      </div>
    </div>
  );
}
