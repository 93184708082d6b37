import { timingSafeEqual, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL } from '../../protocol/interface.js';

/** 192 bits, drawn for each start of the engine. */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** Compares in a time that does not tell how much was right. */
export function sameToken(given: string | undefined, token: string): boolean {
  if (given === undefined) return false;
  const a = Buffer.from(given);
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

const names = (port: number) => [`127.0.0.1:${port}`, `localhost:${port}`];

/**
 * Whether the request names this server as its host. A page from elsewhere that points its own domain at
 * loopback (DNS rebinding) names that domain, and is refused.
 */
export const hostAllowed = (request: IncomingMessage, port: number): boolean =>
  names(port).includes(request.headers.host ?? '');

/** Whether the request comes from a page that this server served. A missing Origin is refused too. */
export const originAllowed = (request: IncomingMessage, port: number): boolean =>
  names(port)
    .map((name) => `http://${name}`)
    .includes(request.headers.origin ?? '');

/** The path that is asked for, as it was sent: of some no URL could be made. */
export const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

export const queryOf = (request: IncomingMessage): URLSearchParams =>
  new URLSearchParams(request.url?.slice(pathOf(request).length));

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

/** Headers of every answer. Scripts, styles and sockets come from this server only, and nothing is inline. */
export function securityHeaders(port: number): Record<string, string> {
  const sockets = names(port)
    .map((name) => `ws://${name}`)
    .join(' ');
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
