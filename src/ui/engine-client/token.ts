const KEY = 'tiller.token';

/**
 * The engine's token: read from the address once, then kept for this tab only, and out of the address bar so
 * that it is not copied or bookmarked. A reload finds it again.
 */
export function readToken(): string {
  const given = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (given !== null && given !== '') {
    keep(given);
    window.history.replaceState(null, '', window.location.pathname);
    return given;
  }
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function keep(token: string): void {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // A browser that keeps nothing plays until it is reloaded.
  }
}
