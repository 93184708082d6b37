import { store } from '../engine-client/page.js';
import { setView } from '../engine-client/view.js';

/** Applies the store's theme to the document, now and on every change. */
export function applyTheme(): void {
  const apply = () => {
    const { theme } = store.getState().view;
    if (document.documentElement.dataset.theme !== theme) document.documentElement.dataset.theme = theme;
  };
  apply();
  store.subscribe(apply);
}

/** Switches between the dark and the light theme. */
export function switchTheme(): void {
  setView(store, { theme: store.getState().view.theme === 'dark' ? 'light' : 'dark' });
}
