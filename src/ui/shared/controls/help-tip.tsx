import { useEffect, useRef, useState } from 'react';
import styles from './help-tip.module.css';

const DELAY_MILLISECONDS = 550;

/**
 * Shows the help text of the element under the pointer or with the keyboard focus, from its attribute `data-help`. A single
 * instance serves the whole page. Screen readers get the text as the description of the focused element.
 */
export function HelpTip() {
  const [tip, setTip] = useState<{ text: string; box: DOMRect } | null>(null);
  const bubble = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const helped = (event: Event) =>
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-help]') : null;
    const show = (element: HTMLElement) => {
      const text = element.dataset.help ?? '';
      if (text !== '' && element.isConnected) setTip({ text, box: element.getBoundingClientRect() });
    };
    const describe = (element: HTMLElement) => {
      const text = element.dataset.help ?? '';
      if (text === element.ariaLabel) element.removeAttribute('aria-description');
      else element.setAttribute('aria-description', text);
    };
    const hide = () => {
      clearTimeout(waiting);
      setTip(null);
    };
    const over = (event: Event) => {
      hide();
      const element = helped(event);
      if (element !== null) waiting = setTimeout(() => show(element), DELAY_MILLISECONDS);
    };
    const focus = (event: Event) => {
      const element = helped(event);
      hide();
      if (element !== null) describe(element);
      if (element?.matches(':focus-visible') === true)
        waiting = setTimeout(() => show(element), DELAY_MILLISECONDS);
    };
    document.addEventListener('pointerover', over);
    document.addEventListener('focusin', focus);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide, true);
    document.addEventListener('keydown', hide, true);
    return () => {
      clearTimeout(waiting);
      document.removeEventListener('pointerover', over);
      document.removeEventListener('focusin', focus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide, true);
      document.removeEventListener('keydown', hide, true);
    };
  }, []);

  useEffect(() => {
    const element = bubble.current;
    if (element === null || tip === null) return;
    const { width, height } = element.getBoundingClientRect();
    const below = tip.box.bottom + 8;
    const top = below + height > window.innerHeight - 4 ? tip.box.top - height - 8 : below;
    const left = Math.min(
      window.innerWidth - width - 6,
      Math.max(6, tip.box.left + tip.box.width / 2 - width / 2),
    );
    element.style.transform = `translate(${Math.round(left)}px, ${Math.round(Math.max(4, top))}px)`;
  }, [tip]);

  return tip === null ? null : (
    <div className={styles.tip} role="tooltip" ref={bubble}>
      {tip.text}
    </div>
  );
}
