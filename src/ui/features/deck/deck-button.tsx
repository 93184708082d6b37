import { PARAMETERS } from '../../../document/parameters.js';
import { setSwitch } from '../../engine-client/commands.js';
import { values } from '../../engine-client/page.js';
import { Icon, type IconName } from '../../shared/controls/icon.js';
import { usePress } from './use-press.js';
import styles from './deck-button.module.css';

interface DeckButtonProps {
  label: string;
  icon?: IconName;
  tone?: 'plain' | 'danger' | 'quiet';
  disabled?: boolean;
  onPress: () => void;
}

/** A large button with its label, or with an icon in place of it. */
export function DeckButton({ label, icon, tone = 'plain', disabled = false, onPress }: DeckButtonProps) {
  const press = usePress({ down: () => !disabled && onPress() });
  return (
    <button
      type="button"
      className={styles.button}
      data-tone={tone}
      aria-label={label}
      disabled={disabled}
      {...press}
    >
      {icon === undefined ? label : <Icon name={icon} />}
    </button>
  );
}

/**
 * A large button of an automatable switch: a tap switches it, and holding it has it on while it is held.
 * @param of index in `PARAMETERS`
 * @param on the document's value
 */
export function DeckSwitch({ of, on }: { of: number; on: boolean }) {
  const label = PARAMETERS[of]?.name ?? '';
  // The live value has what this page has just sent: two quick taps switch twice.
  const isOn = () => values.parameter(of, Number(on), performance.now()) >= 0.5;
  const press = usePress({
    down: () => setSwitch(of, !isOn()),
    up: (held) => {
      if (held) setSwitch(of, !isOn());
    },
  });
  return (
    <button type="button" className={styles.button} data-tone="plain" aria-pressed={on} {...press}>
      {label}
    </button>
  );
}
