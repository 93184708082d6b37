import { useCallback, useRef } from 'react';
import { movesByItself, type Input } from '../../../document/input.js';
import { PARAMETER_INDEX } from '../../../document/parameters.js';
import { values } from '../../engine-client/page.js';
import { palette, type Palette } from '../../shared/canvas/palette.js';
import { useCanvas, type Surface } from '../../shared/canvas/use-canvas.js';
import { parameterProps, type ParameterProps } from '../../shared/controls/parameter.js';
import { formatValue } from '../../shared/controls/units.js';
import { useValue, type ValueProps } from '../../shared/controls/use-value.js';
import { toPosition } from '../../shared/controls/value-range.js';
import { moveInput } from '../inputs/cursor.js';
import styles from './deck-fader.module.css';

interface DeckFaderProps extends ValueProps {
  /** Under the fader, where its label is too long. */
  caption: string;
  tone: keyof Pick<Palette, 'control' | 'output'>;
  /** The value to show now, in its own unit. @param now milliseconds of `performance.now()` */
  read: (now: number) => number;
}

/** A large vertical fader. It moves by as much as the finger does: a touch alone changes nothing. */
function DeckFader({ caption, tone, read, ...props }: DeckFaderProps) {
  const track = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { min, max, skew } = props;
  const { pointer, aria } = useValue(
    props,
    { axis: 'y', jump: false, pixels: (element) => element.clientHeight },
    track,
  );
  const painted = useRef(NaN);
  const paint = useCallback(
    ({ context, width, height, now, stale }: Surface) => {
      const range = skew === undefined ? { min, max } : { min, max, skew };
      const position = toPosition(range, read(now));
      if (!stale && position === painted.current) return;
      painted.current = position;
      const colours = palette();
      const y = Math.round((1 - position) * (height - 6)) + 3;
      context.clearRect(0, 0, width, height);
      context.fillStyle = colours[tone];
      context.globalAlpha = 0.28;
      context.fillRect(0, y, width, height - y);
      context.globalAlpha = 1;
      context.fillRect(0, y - 3, width, 6);
    },
    [min, max, skew, tone, read],
  );
  useCanvas(canvas, paint);
  return (
    <div className={styles.fader}>
      <div
        className={styles.track}
        ref={track}
        data-disabled={props.disabled === true}
        {...aria}
        aria-orientation="vertical"
        {...pointer}
      >
        <canvas ref={canvas} aria-hidden="true" />
        <span className={styles.value} aria-hidden="true">
          {formatValue(props.value, props.unit)}
        </span>
      </div>
      <span className={styles.caption} aria-hidden="true">
        {caption}
      </span>
    </div>
  );
}

/** The fader of an automatable parameter. */
export function ParameterFader({ of, value, caption }: ParameterProps & { caption: string }) {
  const index = PARAMETER_INDEX[of];
  const read = useCallback((now: number) => values.parameter(index, value, now), [index, value]);
  return <DeckFader {...parameterProps({ of, value })} tone="output" caption={caption} read={read} />;
}

/** The fader of an input that is not on the pad. @param index from 0 */
export function DeckInputFader({ index, input }: { index: number; input: Input }) {
  const read = useCallback((now: number) => values.input(index, input, now), [index, input]);
  return (
    <DeckFader
      label={input.name}
      caption={input.name}
      tone="control"
      value={input.value}
      min={0}
      max={1}
      initial={0.5}
      unit="%"
      disabled={movesByItself(input)}
      read={read}
      onChange={(to, gesture) => moveInput(index, to, gesture)}
    />
  );
}
