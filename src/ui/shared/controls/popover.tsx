import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';
import styles from './popover.module.css';

export interface PopoverProps {
  label: string;
  /** Where its corner stands, in pixels of the window; it is pushed inside when it would leave it. */
  at: { x: number; y: number };
  /** What opens it, where a second press is to close it: a press there is no press outside. */
  opener?: RefObject<HTMLElement | null>;
  onClose: () => void;
  children: ReactNode;
}

const MARGIN = 8;
/** What takes the focus: a disabled button would leave it outside, where Escape is not heard. */
const STOPS = 'input:enabled, button:enabled, select:enabled, [tabindex="0"]';

/** A small panel over the page: closes on Escape and on a press outside. */
export function Popover({ label, at, opener, onClose, children }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });

  // A layout effect: it ends while what has the focus is still there, which is then given back.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const before = document.activeElement;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(MARGIN, Math.min(at.x, window.innerWidth - width - MARGIN))}px`;
    element.style.top = `${Math.max(MARGIN, Math.min(at.y, window.innerHeight - height - MARGIN))}px`;
    const first = element.querySelector<HTMLElement>(STOPS);
    (first ?? element).focus();
    const isOutside = (target: EventTarget | null) =>
      target instanceof Node && !element.contains(target) && opener?.current?.contains(target) !== true;
    const press = ({ target }: Event) => isOutside(target) && close.current();
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
  }, [at.x, at.y, opener]);

  return (
    <div
      className={styles.popover}
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
