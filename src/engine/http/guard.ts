import { timingSafeEqual, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL } from '../../protocol/interface.js';

/** A random token of 192 bits. */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** Compares in constant time for tokens of equal length. */
export function sameToken(given: string | undefined, token: string): boolean {
  if (given === undefined) return false;
  const a = Buffer.from(given);
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The names, with the port, under which this machine's own pages reach a server on loopback. */
export const loopbackNames = (port: number): string[] => [`127.0.0.1:${port}`, `localhost:${port}`];

/**
 * Whether the request names this server as its host. A page from elsewhere that points its own domain at this server's address
 * (DNS rebinding) names that domain, and is refused.
 * @param names of the server, each with its port
 */
export const hostAllowed = (request: IncomingMessage, names: readonly string[]): boolean =>
  names.includes(request.headers.host ?? '');

/** Whether the request comes from a page that this server served. A missing Origin is refused too. */
export const originAllowed = (request: IncomingMessage, names: readonly string[]): boolean =>
  names.some((name) => request.headers.origin === `http://${name}`);

/** The requested path as it was sent: not every one is a valid URL. */
export const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

/** The query of the requested address. */
export const queryOf = (request: IncomingMessage): URLSearchParams =>
  new URLSearchParams(request.url?.slice(pathOf(request).length));

/** The token of the `authorization` header. */
export function bearer(request: IncomingMessage): string | undefined {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  return scheme === 'Bearer' ? token : undefined;
}

/** The token among the offered WebSocket subprotocols, undefined where the version or the token is not offered. */
export function offeredToken(request: IncomingMessage): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(SUBPROTOCOL)) return undefined;
  return offered.find((name) => name.startsWith(TOKEN_SUBPROTOCOL))?.slice(TOKEN_SUBPROTOCOL.length);
}

/** Headers of every response: scripts, styles and sockets from this server only, nothing inline. */
export function securityHeaders(names: readonly string[]): Record<string, string> {
  const sockets = names.map((name) => `ws://${name}`).join(' ');
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "font-src 'self'",
      "img-src 'self' data:",
      `connect-src 'self' ${sockets}`,
      "worker-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'microphone=(self), midi=(self), gamepad=(self), camera=(), geolocation=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  };
}
