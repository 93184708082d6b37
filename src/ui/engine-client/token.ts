const KEY = 'tiller.token';

/**
 * The engine's token: read from the page's address and stored for this tab, so that a reload finds it. It is removed from the
 * address, so that it is neither copied nor bookmarked. Empty where there is none.
 */
export function readToken(): string {
  const given = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (given !== null && given !== '') {
    store(given);
    window.history.replaceState(null, '', window.location.pathname);
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
