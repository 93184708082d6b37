import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

interface ButtonProps {
  label: string;
  icon?: IconName;
  /** Shown as a key cap beside the label. */
  keyName?: string;
  help?: string;
  tone?: 'plain' | 'primary' | 'hand' | 'danger' | 'quiet';
  pressed?: boolean;
  disabled?: boolean;
  onPress: () => void;
}

export function Button({
  label,
  icon,
  keyName,
  help,
  tone = 'plain',
  pressed,
  disabled,
  onPress,
}: ButtonProps) {
  return (
    <button
      type="button"
      className={`button tone-${tone}`}
      aria-pressed={pressed}
      aria-keyshortcuts={keyName}
      disabled={disabled}
      data-help={help}
      onClick={onPress}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span>{label}</span>
      {keyName !== undefined && <kbd aria-hidden="true">{keyName}</kbd>}
    </button>
  );
}

/** A button that is only a picture; its name is for help and for screen readers. */
export function IconButton({
  label,
  icon,
  help,
  pressed,
  disabled,
  onPress,
}: Omit<ButtonProps, 'tone' | 'keyName'> & { icon: IconName }) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      aria-pressed={pressed}
      disabled={disabled}
      data-help={help ?? label}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}

interface ToggleProps {
  label: string;
  checked: boolean;
  help?: string;
  disabled?: boolean;
  /** Keeps the label for screen readers only. */
  bare?: boolean;
  onChange: (checked: boolean) => void;
}

export function Toggle({ label, checked, help, disabled, bare = false, onChange }: ToggleProps) {
  return (
    <button
      type="button"
      role="switch"
      className="toggle"
      aria-checked={checked}
      aria-label={label}
      disabled={disabled}
      data-help={help}
      onClick={() => onChange(!checked)}
    >
      <span className="toggle-rail" aria-hidden="true" />
      {!bare && <span aria-hidden="true">{label}</span>}
    </button>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: string;
  help?: string;
  content?: ReactNode;
}

interface ChoicesProps<T extends string> {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  disabled?: boolean;
  onChange: (value: T) => void;
}

/** One of a few, all in sight. Arrow keys move within it, as in a radio group. */
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
  // One of them is always on the way of Tab, also where none is chosen.
  const stop = Math.max(
    0,
    choices.findIndex((choice) => choice.value === value),
  );
  return (
    <div className="segmented" role="radiogroup" aria-label={label}>
      {choices.map((choice, i) => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          aria-label={choice.label}
          tabIndex={i === stop ? 0 : -1}
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

/** One of many: the browser's own list, which every keyboard and screen reader knows. */
export function Select<T extends string>({
  label,
  value,
  choices,
  disabled,
  help,
  tone,
  onChange,
}: ChoicesProps<T> & { help?: string; tone?: 'hand' }) {
  return (
    <span className={tone === 'hand' ? 'select tone-hand' : 'select'}>
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
