import { useRef } from 'react';
import { NumberField } from './number-field.js';
import { useValue, type ValueProps } from './use-value.js';
import { toPosition } from './value-range.js';
import styles from './slider.module.css';

interface SliderProps extends ValueProps {
  /** Which colour the filled part has: what the value belongs to. */
  tone?: 'hand' | 'sound' | 'result' | 'plain';
  /** Hides the number beside the track. */
  bare?: boolean;
}

/** A horizontal fader with its number, which can be typed. */
export function Slider({ tone = 'plain', bare = false, ...props }: SliderProps) {
  const track = useRef<HTMLDivElement>(null);
  const { pointer, aria, place } = useValue(
    props,
    { axis: 'x', jump: true, pixels: (element) => element.clientWidth },
    track,
  );
  const zero = props.min < 0 && props.max > 0 ? toPosition(props, 0) : 0;
  const from = Math.min(zero, place);
  return (
    <div className={styles.slider} data-tone={tone} data-disabled={props.disabled === true}>
      <div className={styles.track} ref={track} {...aria} {...pointer}>
        <div className={styles.rail} />
        <div
          className={styles.fill}
          style={{ left: `${from * 100}%`, width: `${Math.abs(place - zero) * 100}%` }}
        />
        <div className={styles.thumb} style={{ left: `${place * 100}%` }} />
      </div>
      {!bare && <NumberField {...props} label={`${props.label}, number`} />}
    </div>
  );
}
