import { store } from '../engine-client/page.js';
import { setView } from '../engine-client/view.js';

const reduced = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Whether the player asked for less motion: trails and sweeping transitions are left out then. */
export const reducedMotion = (): boolean => reduced.matches;

/** Keeps the document's theme with the store's. */
export function applyTheme(): void {
  const apply = () => {
    const { theme } = store.getState().view;
    if (document.documentElement.dataset.theme !== theme) document.documentElement.dataset.theme = theme;
  };
  apply();
  store.subscribe(apply);
}

export function switchTheme(): void {
  setView(store, { theme: store.getState().view.theme === 'dark' ? 'light' : 'dark' });
}
