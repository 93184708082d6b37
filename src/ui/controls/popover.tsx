import { useEffect, useRef, type ReactNode } from 'react';

interface PopoverProps {
  label: string;
  /** Where its corner stands, in pixels of the window; it is pushed inside when it would leave it. */
  at: { x: number; y: number };
  onClose: () => void;
  children: ReactNode;
}

const MARGIN = 8;

/** A small panel over the page: closes on Escape, on a press outside and when the focus leaves it. */
export function Popover({ label, at, onClose, children }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const before = document.activeElement;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(MARGIN, Math.min(at.x, window.innerWidth - width - MARGIN))}px`;
    element.style.top = `${Math.max(MARGIN, Math.min(at.y, window.innerHeight - height - MARGIN))}px`;
    const first = element.querySelector<HTMLElement>('input, button, select, [tabindex="0"]');
    (first ?? element).focus();
    const press = (event: Event) => {
      if (event.target instanceof Node && !element.contains(event.target)) close.current();
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      close.current();
    };
    document.addEventListener('pointerdown', press, true);
    element.addEventListener('keydown', key);
    return () => {
      document.removeEventListener('pointerdown', press, true);
      element.removeEventListener('keydown', key);
      if (before instanceof HTMLElement && element.contains(document.activeElement)) before.focus();
    };
  }, [at.x, at.y]);

  return (
    <div
      className="popover"
      role="dialog"
      aria-label={label}
      tabIndex={-1}
      ref={box}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {children}
    </div>
  );
}

export interface MenuItem {
  label: string;
  danger?: boolean;
  disabled?: boolean;
  onPress: () => void;
}

/** A list of commands in a popover. */
export function Menu({ label, at, items, onClose }: Omit<PopoverProps, 'children'> & { items: MenuItem[] }) {
  return (
    <Popover label={label} at={at} onClose={onClose}>
      <div className="menu">
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            className={item.danger === true ? 'menu-item danger' : 'menu-item'}
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
