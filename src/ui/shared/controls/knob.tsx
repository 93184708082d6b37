import { useRef } from 'react';
import { NumberField } from './number-field.js';
import { useValue, type ValueProps } from './use-value.js';
import { toPosition } from './value-range.js';
import styles from './knob.module.css';

const START = -135;
const SWEEP = 270;
const RADIUS = 15;

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
  tone?: 'hand' | 'sound' | 'result' | 'plain';
  /** Short name under the knob; the full one is `label`. */
  caption: string;
}

/** A round control with its name and its number. */
export function Knob({ tone = 'plain', caption, ...props }: KnobProps) {
  const dial = useRef<HTMLDivElement>(null);
  const { pointer, aria, place } = useValue(props, { axis: 'y', jump: false, pixels: () => 160 }, dial);
  const angle = START + SWEEP * place;
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
