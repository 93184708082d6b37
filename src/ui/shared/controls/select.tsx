import type { ChoicesProps } from './choices.js';
import { Icon } from './icon.js';
import styles from './select.module.css';

/** A drop-down list: the browser's own, which works with every keyboard and screen reader. */
export function Select<T extends string>({
  label,
  value,
  choices,
  disabled,
  help,
  tone,
  className = '',
  onChange,
}: ChoicesProps<T> & { help?: string; tone?: 'control'; className?: string | undefined }) {
  return (
    <span className={`${styles.select} ${className}`} data-tone={tone}>
      <select
        aria-label={label}
        value={value}
        disabled={disabled}
        data-help={help}
        onChange={(event) => {
          const chosen = choices.find((choice) => choice.value === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </span>
  );
}
