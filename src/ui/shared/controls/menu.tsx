import type { KeyboardEvent } from 'react';
import { Popover, type PopoverProps } from './popover.js';
import styles from './menu.module.css';

export interface MenuItem {
  label: string;
  disabled?: boolean;
  onPress: () => void;
}

/** Up and down move the focus through the menu, around its ends. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('button:enabled')];
  const at = items.findIndex((item) => item === document.activeElement);
  items[(at + by + items.length) % items.length]?.focus();
}

/** A list of commands in a popover. */
export function Menu({ label, at, items, onClose }: Omit<PopoverProps, 'children'> & { items: MenuItem[] }) {
  return (
    <Popover label={label} at={at} onClose={onClose}>
      <div className={styles.menu} onKeyDown={moveFocus}>
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            disabled={item.disabled}
            onClick={() => {
              onClose();
              item.onPress();
            }}
          >
            {item.label}
          </button>
        ))}
      </div>
    </Popover>
  );
}
