import { useRef } from 'react';
import { NumberField } from './number-field.js';
import { useValue, type ValueProps } from './use-value.js';
import { toPosition } from './value-range.js';
import styles from './knob.module.css';

/** Degrees clockwise from the top. */
const START = -135;
const SWEEP = 270;
/** In units of the drawing, which is 40 wide. */
const RADIUS = 15;
/** Pixels to drag for the whole value range. */
const DRAG_PIXELS = 160;

function point(degrees: number, radius: number): string {
  const angle = ((degrees - 90) * Math.PI) / 180;
  return `${(20 + radius * Math.cos(angle)).toFixed(2)} ${(20 + radius * Math.sin(angle)).toFixed(2)}`;
}

function arc(from: number, to: number): string {
  const [low, high] = from < to ? [from, to] : [to, from];
  const large = high - low > 180 ? 1 : 0;
  return `M ${point(low, RADIUS)} A ${RADIUS} ${RADIUS} 0 ${large} 1 ${point(high, RADIUS)}`;
}

interface KnobProps extends ValueProps {
  tone?: 'control' | 'input' | 'output' | 'plain';
  /** Short name beside the dial; the full one is `label`. */
  caption: string;
}

/** A rotary control with its name and its value, which can be typed. */
export function Knob({ tone = 'plain', caption, ...props }: KnobProps) {
  const dial = useRef<HTMLDivElement>(null);
  const { pointer, aria, position } = useValue(
    props,
    { axis: 'y', jump: false, pixels: () => DRAG_PIXELS },
    dial,
  );
  const angle = START + SWEEP * position;
  const zero = START + SWEEP * (props.min < 0 && props.max > 0 ? toPosition(props, 0) : 0);
  return (
    <div className={styles.knob} data-tone={tone} data-disabled={props.disabled === true}>
      <div className={styles.dial} ref={dial} {...aria} {...pointer}>
        <svg viewBox="0 0 40 40" aria-hidden="true">
          <path className={styles.rail} d={arc(START, START + SWEEP)} />
          {Math.abs(angle - zero) > 0.5 && <path className={styles.fill} d={arc(zero, angle)} />}
          <circle className={styles.cap} cx="20" cy="20" r="10.5" />
          <path className={styles.mark} d={`M ${point(angle, 5)} L ${point(angle, 9.5)}`} />
        </svg>
      </div>
      <div className={styles.text}>
        <span className={styles.caption} aria-hidden="true">
          {caption}
        </span>
        <NumberField {...props} label={`${props.label}, number`} />
      </div>
    </div>
  );
}
