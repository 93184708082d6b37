import type { ChoicesProps } from './choices.js';
import styles from './segmented.module.css';

/** A radio group whose choices are all visible. Arrow keys move between them. */
export function Segmented<T extends string>({
  label,
  value,
  choices,
  disabled = false,
  onChange,
}: ChoicesProps<T>) {
  const move = (from: number, by: number, group: HTMLElement) => {
    const next = (from + by + choices.length) % choices.length;
    const choice = choices[next];
    if (choice === undefined) return;
    onChange(choice.value);
    group.querySelectorAll('button')[next]?.focus();
  };
  // Tab must reach the group even where none of its choices is selected.
  const tabStop = Math.max(
    0,
    choices.findIndex((choice) => choice.value === value),
  );
  return (
    <div className={styles.segmented} role="radiogroup" aria-label={label}>
      {choices.map((choice, i) => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          aria-label={choice.label}
          tabIndex={i === tabStop ? 0 : -1}
          disabled={disabled}
          data-help={choice.help}
          onClick={() => onChange(choice.value)}
          onKeyDown={(event) => {
            const group = event.currentTarget.parentElement;
            if (group === null) return;
            if (event.key === 'ArrowRight' || event.key === 'ArrowDown') move(i, 1, group);
            else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') move(i, -1, group);
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        >
          {choice.content ?? choice.label}
        </button>
      ))}
    </div>
  );
}
