import type { IncomingMessage } from 'node:http';
import { SUBPROTOCOL } from '../../../src/protocol/interface.js';
import {
  bearer,
  hostAllowed,
  newToken,
  offeredToken,
  originAllowed,
  sameToken,
  securityHeaders,
} from '../../../src/engine/http/guard.js';

const asking = (headers: IncomingMessage['headers']) => ({ headers }) as IncomingMessage;

describe('access to the engine', () => {
  it('makes a new token of 192 bits each time', () => {
    const tokens = new Set(Array.from({ length: 50 }, newToken));
    expect(tokens.size).toBe(50);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(24);
  });

  it('accepts only the right token', () => {
    const token = newToken();
    expect(sameToken(token, token)).toBe(true);
    expect(sameToken(token.slice(1), token)).toBe(false);
    expect(sameToken(`${token}x`, token)).toBe(false);
    expect(sameToken('', token)).toBe(false);
    expect(sameToken(undefined, token)).toBe(false);
  });

  it.each(['127.0.0.1:8000', 'localhost:8000'])('accepts the host %s', (host) => {
    expect(hostAllowed(asking({ host }), 8000)).toBe(true);
  });

  it.each(['evil.example:8000', '127.0.0.1:8001', '127.0.0.1', 'localhost:8000.evil.example', ''])(
    'does not answer to the host "%s"',
    (host) => {
      expect(hostAllowed(asking({ host }), 8000)).toBe(false);
    },
  );

  it('accepts only the origins of its own pages', () => {
    expect(originAllowed(asking({ origin: 'http://127.0.0.1:8000' }), 8000)).toBe(true);
    for (const origin of ['https://127.0.0.1:8000', 'http://evil.example', 'null', 'http://127.0.0.1:80']) {
      expect(originAllowed(asking({ origin }), 8000)).toBe(false);
    }
    expect(originAllowed(asking({}), 8000)).toBe(false);
  });

  it('reads tokens only from the header and the subprotocol', () => {
    expect(bearer(asking({ authorization: 'Bearer abc' }))).toBe('abc');
    expect(bearer(asking({ authorization: 'Basic abc' }))).toBeUndefined();
    expect(offeredToken(asking({ 'sec-websocket-protocol': `${SUBPROTOCOL}, token.abc` }))).toBe('abc');
    expect(offeredToken(asking({ 'sec-websocket-protocol': 'tiller.999, token.abc' }))).toBeUndefined();
    expect(offeredToken(asking({}))).toBeUndefined();
  });

  it('allows only its own scripts and styles', () => {
    const policy = securityHeaders(8000)['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });
});
