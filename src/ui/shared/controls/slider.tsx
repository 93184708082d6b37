import { useRef } from 'react';
import { NumberField } from './number-field.js';
import { useValue, type ValueProps } from './use-value.js';
import { toPosition } from './value-range.js';
import styles from './slider.module.css';

interface SliderProps extends ValueProps {
  /** Colour of the filled part. */
  tone?: 'control' | 'input' | 'output' | 'plain';
}

/** A horizontal slider with its value, which can be typed. */
export function Slider({ tone = 'plain', ...props }: SliderProps) {
  const track = useRef<HTMLDivElement>(null);
  const { pointer, aria, position } = useValue(
    props,
    { axis: 'x', jump: true, pixels: (element) => element.clientWidth },
    track,
  );
  const zero = props.min < 0 && props.max > 0 ? toPosition(props, 0) : 0;
  const from = Math.min(zero, position);
  return (
    <div className={styles.slider} data-tone={tone} data-disabled={props.disabled === true}>
      <div className={styles.track} ref={track} {...aria} {...pointer}>
        <div className={styles.rail} />
        <div
          className={styles.fill}
          style={{ left: `${from * 100}%`, width: `${Math.abs(position - zero) * 100}%` }}
        />
        <div className={styles.thumb} style={{ left: `${position * 100}%` }} />
      </div>
      <NumberField {...props} label={`${props.label}, number`} />
    </div>
  );
}
