import { Icon, type IconName } from './icon.js';
import styles from './button.module.css';

interface ButtonProps {
  label: string;
  /** The name for screen readers, where the label is shortened; it contains the label. */
  name?: string;
  icon?: IconName;
  /** The shortcut, shown beside the label. */
  keyName?: string;
  help?: string;
  tone?: 'plain' | 'primary' | 'control' | 'danger' | 'quiet';
  pressed?: boolean;
  disabled?: boolean;
  /** Takes the focus when it appears. */
  autoFocus?: boolean;
  onPress: () => void;
}

/** A button with a label, and where given an icon and its shortcut. */
export function Button({
  label,
  name,
  icon,
  keyName,
  help,
  tone = 'plain',
  pressed,
  disabled,
  autoFocus,
  onPress,
}: ButtonProps) {
  return (
    <button
      type="button"
      className={styles.button}
      data-tone={tone}
      aria-label={name}
      aria-pressed={pressed}
      aria-keyshortcuts={keyName}
      disabled={disabled}
      autoFocus={autoFocus}
      data-help={help}
      onClick={onPress}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span>{label}</span>
      {keyName !== undefined && <kbd aria-hidden="true">{keyName}</kbd>}
    </button>
  );
}

/** A link with an icon only, to a page of its own window; its label is shown as help and read by screen readers. */
export function IconLink({
  label,
  icon,
  help,
  href,
}: {
  label: string;
  icon: IconName;
  help?: string;
  href: string;
}) {
  return (
    <a
      className={styles.iconButton}
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={label}
      data-help={help ?? label}
    >
      <Icon name={icon} />
    </a>
  );
}

/** A button with an icon only; its label is shown as help and read by screen readers. */
export function IconButton({
  label,
  icon,
  help,
  pressed,
  disabled,
  onPress,
}: Omit<ButtonProps, 'tone' | 'keyName' | 'name' | 'autoFocus'> & { icon: IconName }) {
  return (
    <button
      type="button"
      className={styles.iconButton}
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
