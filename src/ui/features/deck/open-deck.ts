import { addressOf, isDeckAddress } from '../../engine-client/address.js';
import { store } from '../../engine-client/page.js';
import { setView } from '../../engine-client/view.js';

/** Shows the deck view; the browser's Back leaves it again. */
export function openDeck(): void {
  if (!store.getState().view.deck) window.history.pushState(null, '', addressOf(true));
  setView(store, { deck: true });
}

/** Shows the whole page again; nothing on a deck in the network, which has none. */
export function closeDeck(): void {
  if (store.getState().kind === 'deck') return;
  if (document.fullscreenElement !== null) void document.exitFullscreen();
  window.history.replaceState(null, '', addressOf(false));
  setView(store, { deck: false });
}

/** Has the view follow the address, which Back, Forward and the player change. */
export function watchDeckAddress(): void {
  const follow = () => setView(store, { deck: isDeckAddress() });
  window.addEventListener('popstate', follow);
  window.addEventListener('hashchange', follow);
}

/** Lets the page fill the screen, or ends that. */
export function toggleFullScreen(): void {
  const done =
    document.fullscreenElement === null
      ? document.documentElement.requestFullscreen({ navigationUI: 'hide' })
      : document.exitFullscreen();
  // Refused without a press, and by browsers that keep it from a page.
  done.catch(() => undefined);
}
