import { Switch } from 'radix-ui';
import styles from './toggle.module.css';

interface ToggleProps {
  label: string;
  checked: boolean;
  help?: string;
  disabled?: boolean;
  /** Hides the label; screen readers still read it. */
  bare?: boolean;
  onChange: (checked: boolean) => void;
}

/** A switch with its label. */
export function Toggle({ label, checked, help, disabled = false, bare = false, onChange }: ToggleProps) {
  return (
    <Switch.Root
      className={styles.toggle}
      aria-label={label}
      checked={checked}
      disabled={disabled}
      data-help={help}
      onCheckedChange={onChange}
    >
      <span className={styles.rail} aria-hidden="true">
        <Switch.Thumb className={styles.thumb} />
      </span>
      {!bare && <span aria-hidden="true">{label}</span>}
    </Switch.Root>
  );
}
