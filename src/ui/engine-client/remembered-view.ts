import type { Command, RememberedView } from '../../protocol/interface.js';
import { PANELS, type PageState, type PageStore, type View } from './page-state.js';
import { setView } from './view.js';

const KEY = 'tiller.view';

/** What is remembered, as the window shows it; what is missing or invalid is left out. */
function viewOf(stored: Partial<Record<keyof RememberedView, unknown>>): Partial<View> {
  const view: Partial<View> = {};
  if (stored.theme === 'dark' || stored.theme === 'light') {
    view.theme = stored.theme;
    view.themeChosen = true;
  }
  const panel = PANELS.find((name) => name === stored.panel);
  if (panel !== undefined) view.panel = panel;
  if (typeof stored.singleKeys === 'boolean') view.singleKeys = stored.singleKeys;
  if (stored.firstSteps === 'done') view.firstSteps = 'done';
  return view;
}

const rememberedOf = ({ theme, themeChosen, panel, singleKeys, firstSteps }: View): RememberedView => ({
  theme: themeChosen ? theme : null,
  panel,
  singleKeys,
  firstSteps: firstSteps === 'done' ? 'done' : 'first-time',
});

/** The chosen theme, the panel and the use of single keys as the browser has stored them. */
export function rememberedView(): Partial<View> {
  try {
    return viewOf(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<RememberedView>);
  } catch {
    return {};
  }
}

/**
 * Stores the chosen theme, the panel and the use of single keys whenever they change: in the browser, and in a plugin, whose page has
 * another address each time, by the engine. What the engine remembers is applied at the first connection.
 */
export function rememberView(store: PageStore, send: (command: Command) => void): void {
  let stored = '';
  let isConnected = false;
  store.subscribe((state: PageState) => {
    const isPlugin = state.kind === 'plugin';
    if (!isConnected && state.connection === 'open') {
      isConnected = true;
      if (isPlugin && state.rememberedView !== null) {
        stored = JSON.stringify(state.rememberedView);
        setView(store, viewOf(state.rememberedView));
        return;
      }
    }
    const view = rememberedOf(state.view);
    const next = JSON.stringify(view);
    if (next === stored) return;
    stored = next;
    if (isPlugin) send({ type: 'remember-view', view });
    else keepInBrowser(next);
  });
}

function keepInBrowser(text: string): void {
  try {
    localStorage.setItem(KEY, text);
  } catch {
    // Without storage the page starts with its initial view.
  }
}
