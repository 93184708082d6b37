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

export function Toggle({ label, checked, help, disabled, bare = false, onChange }: ToggleProps) {
  return (
    <button
      type="button"
      role="switch"
      className={styles.toggle}
      aria-checked={checked}
      aria-label={label}
      disabled={disabled}
      data-help={help}
      onClick={() => onChange(!checked)}
    >
      <span className={styles.rail} aria-hidden="true" />
      {!bare && <span aria-hidden="true">{label}</span>}
    </button>
  );
}
