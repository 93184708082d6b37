import { PANELS, type PageStore, type Panel, type Theme, type View } from './page-state.js';

const KEY = 'tiller.view';

/** The window's habits from its last visit: theme and panel. Anything unreadable is left out. */
export function rememberedView(): Partial<View> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as { theme?: unknown; panel?: unknown };
    const view: Partial<View> = {};
    if (kept.theme === 'dark' || kept.theme === 'light') view.theme = kept.theme satisfies Theme;
    if (PANELS.some((panel) => panel === kept.panel)) view.panel = kept.panel as Panel;
    return view;
  } catch {
    return {};
  }
}

export function rememberView(store: PageStore): void {
  let kept = '';
  store.subscribe(({ view: { theme, panel } }) => {
    const next = JSON.stringify({ theme, panel });
    if (next === kept) return;
    kept = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // A browser that keeps nothing still plays.
    }
  });
}
