const KEY = 'tiller.token';
/** The part of the address, after its #, that opens the deck view. */
const DECK = 'deck';

const fragment = (): URLSearchParams => new URLSearchParams(window.location.hash.slice(1));

/** Whether the page comes from this machine: to others, engines serve decks only. */
export const isOwnMachine = (): boolean => ['127.0.0.1', 'localhost'].includes(window.location.hostname);

/** Whether the address asks for the deck view. */
export const isDeckAddress = (): boolean => fragment().has(DECK);

/** The page's address with or without the deck view. */
export const addressOf = (deck: boolean): string =>
  window.location.pathname + window.location.search + (deck ? `#${DECK}` : '');

/**
 * The engine's token: read from the page's address and stored for this tab, so that a reload finds it. It is removed from the
 * address, so that it is neither copied nor bookmarked. Empty where there is none.
 */
export function readToken(): string {
  const given = fragment().get('token');
  if (given !== null && given !== '') {
    store(given);
    window.history.replaceState(null, '', addressOf(isDeckAddress()));
    return given;
  }
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function store(token: string): void {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Without storage the page works until it is reloaded.
  }
}
