import { RadioGroup } from 'radix-ui';
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
  return (
    <RadioGroup.Root
      className={styles.segmented}
      aria-label={label}
      orientation="horizontal"
      value={value}
      disabled={disabled}
      onValueChange={(chosen) => onChange(chosen as T)}
      // Arrow keys that move between the choices must not move the pad's cursor, too.
      onKeyDown={(event) => event.key.startsWith('Arrow') && event.stopPropagation()}
    >
      {choices.map((choice) => (
        <RadioGroup.Item
          key={choice.value}
          value={choice.value}
          aria-label={choice.label}
          data-help={choice.help}
        >
          {choice.content ?? choice.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
