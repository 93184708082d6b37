import { TypedNumber, type TypedNumberProps } from './number-field.js';
import styles from './range-fields.module.css';

interface RangeFieldsProps extends Pick<TypedNumberProps, 'min' | 'max' | 'unit'> {
  range: readonly [low: number, high: number];
  initial: readonly [low: number, high: number];
  labels: readonly [low: string, high: string];
  help: readonly [low: string, high: string];
  onAccept: (range: [low: number, high: number]) => void;
}

/** Two number fields for the ends of a range; low never exceeds high. */
export function RangeFields({ range, initial, labels, help, onAccept, ...bounds }: RangeFieldsProps) {
  const [low, high] = range;
  return (
    <span className={styles.range}>
      <TypedNumber
        {...bounds}
        label={labels[0]}
        help={help[0]}
        value={low}
        initial={initial[0]}
        onAccept={(value) => onAccept([Math.min(value, high), high])}
      />
      <TypedNumber
        {...bounds}
        label={labels[1]}
        help={help[1]}
        value={high}
        initial={initial[1]}
        onAccept={(value) => onAccept([low, Math.max(low, value)])}
      />
    </span>
  );
}
