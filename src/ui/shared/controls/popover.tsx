import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';
import styles from './popover.module.css';

export interface PopoverProps {
  label: string;
  /** Its top left corner, in pixels of the window; moved so that the popover stays inside. */
  at: { x: number; y: number };
  /** The button that opens it, where a second press closes it: a press there does not count as outside. */
  opener?: RefObject<HTMLElement | null>;
  onClose: () => void;
  children: ReactNode;
}

const MARGIN = 8;
/** What can take the focus. A disabled button cannot: the focus would stay outside, where Escape is not handled. */
const FOCUSABLE = 'input:enabled, button:enabled, select:enabled, [tabindex="0"]';

/** A small dialog over the page; Escape and a press outside close it. */
export function Popover({ label, at, opener, onClose, children }: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });

  // A layout effect is cleaned up while the popover is still in the document, so that the focus can be given back.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const before = document.activeElement;
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(MARGIN, Math.min(at.x, window.innerWidth - width - MARGIN))}px`;
    element.style.top = `${Math.max(MARGIN, Math.min(at.y, window.innerHeight - height - MARGIN))}px`;
    const first = element.querySelector<HTMLElement>(FOCUSABLE);
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
