import { useLayoutEffect, type RefObject } from 'react';

/**
 * Gives a field the focus when it appears, and gives the focus back to the element that had it before when the field
 * disappears with the focus. Otherwise a keyboard user would start again at the top of the page.
 * @param wanted false leaves the focus alone
 */
export function useTemporaryFocus(field: RefObject<HTMLElement | null>, wanted = true): void {
  // A layout effect is cleaned up while the field is still in the document.
  useLayoutEffect(() => {
    const { current } = field;
    if (!wanted || current === null) return;
    const before = document.activeElement;
    current.focus();
    return () => {
      if (!(before instanceof HTMLElement)) return;
      if (document.activeElement === current) before.focus();
      // During a press elsewhere nothing has the focus yet: what was pressed gets it after this.
      else setTimeout(() => document.activeElement === document.body && before.focus());
    };
  }, [field, wanted]);
}
