import { PANELS, type PageStore, type Panel, type Theme, type View } from './page-state.js';

const KEY = 'tiller.view';

/** The chosen theme, the panel and the use of single keys as the browser has stored them; what is missing or invalid is left out. */
export function rememberedView(): Partial<View> {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as {
      theme?: unknown;
      panel?: unknown;
      singleKeys?: unknown;
      firstSteps?: unknown;
    };
    const view: Partial<View> = {};
    if (stored.theme === 'dark' || stored.theme === 'light') {
      view.theme = stored.theme satisfies Theme;
      view.themeChosen = true;
    }
    if (PANELS.some((panel) => panel === stored.panel)) view.panel = stored.panel as Panel;
    if (typeof stored.singleKeys === 'boolean') view.singleKeys = stored.singleKeys;
    if (stored.firstSteps === 'done') view.firstSteps = 'done';
    return view;
  } catch {
    return {};
  }
}

/** Stores the chosen theme, the panel and the use of single keys in the browser whenever they change. */
export function rememberView(store: PageStore): void {
  let stored = '';
  store.subscribe(({ view: { theme, themeChosen, panel, singleKeys, firstSteps } }) => {
    const next = JSON.stringify({ ...(themeChosen ? { theme } : {}), panel, singleKeys, firstSteps });
    if (next === stored) return;
    stored = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Without storage the page starts with its initial view.
    }
  });
}
