import { useState, type KeyboardEvent } from 'react';
import { fineDivisor } from '../fine-step.js';
import { stepValue } from './steps.js';
import { formatValue, parseValue } from './units.js';
import { useRecent } from './use-recent.js';
import type { ValueProps } from './use-value.js';
import styles from './number-field.module.css';

/** A value shown with its unit, to be typed over. Enter accepts, Escape restores the old value, up and down step. */
export function NumberField(field: ValueProps) {
  const { label, value, min, max, unit, disabled = false, help, onChange } = field;
  const recent = useRecent<number>();
  const [draft, setDraft] = useState<string | null>(null);

  const accept = () => {
    const typed = draft === null ? null : parseValue(draft, unit);
    setDraft(null);
    if (typed === null) return;
    const bounded = Math.min(max, Math.max(min, typed));
    onChange(bounded, 'begin');
    onChange(bounded, 'end');
  };
  const key = (event: KeyboardEvent<HTMLInputElement>) => {
    event.stopPropagation();
    if (event.key === 'Enter') event.currentTarget.blur();
    if (event.key === 'Escape') setDraft(null);
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault();
      const direction = event.key === 'ArrowUp' ? 1 : -1;
      const next = stepValue(field, recent.or(value), direction, fineDivisor(event));
      onChange(next, 'begin');
      onChange(next, 'end');
      recent.set(next);
      setDraft(null);
    }
  };

  return (
    <input
      className={styles.number}
      data-testid="number"
      aria-label={label}
      data-help={help}
      disabled={disabled}
      value={draft ?? formatValue(value, unit)}
      spellCheck={false}
      autoComplete="off"
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={accept}
      onKeyDown={key}
    />
  );
}

export type TypedNumberProps = Omit<ValueProps, 'onChange'> & { onAccept: (value: number) => void };

/** A number field that reports one value per change, not a gesture. */
export function TypedNumber({ onAccept, ...field }: TypedNumberProps) {
  return <NumberField {...field} onChange={(value, gesture) => gesture === 'end' && onAccept(value)} />;
}
