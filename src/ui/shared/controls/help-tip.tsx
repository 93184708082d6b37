import { computePosition, flip, offset, shift } from '@floating-ui/dom';
import { useEffect, useRef, useState } from 'react';
import styles from './help-tip.module.css';

const DELAY_MILLISECONDS = 550;

/**
 * Shows the help text of the element under the pointer or with the keyboard focus, from its attribute `data-help`. A single
 * instance serves the whole page. Screen readers get the text as the description of the focused element.
 */
export function HelpTip() {
  const [tip, setTip] = useState<{ text: string; element: HTMLElement } | null>(null);
  const bubble = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const helped = (event: Event) =>
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-help]') : null;
    const show = (element: HTMLElement) => {
      const text = element.dataset.help ?? '';
      if (text !== '' && element.isConnected) setTip({ text, element });
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
    void computePosition(tip.element, element, {
      strategy: 'fixed',
      middleware: [offset(8), flip({ padding: 4 }), shift({ padding: 6 })],
    }).then(({ x, y }) => {
      element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    });
  }, [tip]);

  return tip === null ? null : (
    <div className={styles.tip} role="tooltip" ref={bubble}>
      {tip.text}
    </div>
  );
}
