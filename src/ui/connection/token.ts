const KEY = 'tiller.token';

/**
 * The engine's token: read from the address once, then kept for this tab only, and out of the address bar so
 * that it is not copied or bookmarked. A reload finds it again.
 */
export function takeToken(): string {
  const given = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (given !== null && given !== '') {
    sessionStorage.setItem(KEY, given);
    window.history.replaceState(null, '', window.location.pathname);
    return given;
  }
  return sessionStorage.getItem(KEY) ?? '';
}
