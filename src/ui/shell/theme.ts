import { store } from '../engine-client/page.js';
import { setView } from '../engine-client/view.js';

const lightSystem = window.matchMedia('(prefers-color-scheme: light)');

/** Follows the system until the player has chosen a theme. */
function followSystem(): void {
  const { themeChosen, theme } = store.getState().view;
  const system = lightSystem.matches ? 'light' : 'dark';
  if (!themeChosen && theme !== system) setView(store, { theme: system });
}

/** Applies the store's theme to the document, now and on every change. */
export function applyTheme(): void {
  followSystem();
  lightSystem.addEventListener('change', followSystem);
  const apply = () => {
    const { theme } = store.getState().view;
    if (document.documentElement.dataset.theme !== theme) document.documentElement.dataset.theme = theme;
  };
  apply();
  store.subscribe(apply);
}

/** Switches between the dark and the light theme. */
export function switchTheme(): void {
  const { theme } = store.getState().view;
  setView(store, { theme: theme === 'dark' ? 'light' : 'dark', themeChosen: true });
}
