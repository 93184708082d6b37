import fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { SUBPROTOCOL } from '../../../src/protocol/interface.js';
import {
  bearer,
  hostAllowed,
  loopbackNames,
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
    expect(hostAllowed(asking({ host }), loopbackNames(8000))).toBe(true);
  });

  it.each(['evil.example:8000', '127.0.0.1:8001', '127.0.0.1', 'localhost:8000.evil.example', ''])(
    'does not answer to the host "%s"',
    (host) => {
      expect(hostAllowed(asking({ host }), loopbackNames(8000))).toBe(false);
    },
  );

  it('accepts only the origins of its own pages', () => {
    expect(originAllowed(asking({ origin: 'http://127.0.0.1:8000' }), loopbackNames(8000))).toBe(true);
    for (const origin of ['https://127.0.0.1:8000', 'http://evil.example', 'null', 'http://127.0.0.1:80']) {
      expect(originAllowed(asking({ origin }), loopbackNames(8000))).toBe(false);
    }
    expect(originAllowed(asking({}), loopbackNames(8000))).toBe(false);
  });

  it('accepts no other host and origin, whatever they are', () => {
    const names = ['192.168.1.5:7874'];
    const near = fc.constantFrom(
      '192.168.1.5',
      '192.168.1.5:',
      '192.168.1.5:7874.',
      'localhost:7874',
      '127.0.0.1:7874',
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV4(), near), fc.nat(65_535), (name, port) => {
        for (const host of [
          name,
          `${name}:${port}`,
          `${name}:7874`,
          ` ${names.join()}`,
          `${names.join()}/${name}`,
        ]) {
          expect(hostAllowed(asking({ host }), names)).toBe(host === names[0]);
          for (const scheme of ['http', 'https', 'ws', ''])
            expect(originAllowed(asking({ origin: `${scheme}://${host}` }), names)).toBe(
              scheme === 'http' && host === names[0],
            );
        }
      }),
    );
    expect(hostAllowed(asking({ host: '192.168.1.5:7874' }), names)).toBe(true);
    expect(originAllowed(asking({ origin: 'http://192.168.1.5:7874' }), names)).toBe(true);
  });

  it('accepts no other token, whatever it is', () => {
    const token = newToken();
    fc.assert(fc.property(fc.string(), (other) => sameToken(other, token) === (other === token)));
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom('-', '_', 'A', 'z', '0'), (at, letter) => {
        const other = token.slice(0, at) + letter + token.slice(at + 1);
        return sameToken(other, token) === (other === token);
      }),
    );
  });

  it('reads tokens only from the header and the subprotocol', () => {
    expect(bearer(asking({ authorization: 'Bearer abc' }))).toBe('abc');
    expect(bearer(asking({ authorization: 'Basic abc' }))).toBeUndefined();
    expect(offeredToken(asking({ 'sec-websocket-protocol': `${SUBPROTOCOL}, token.abc` }))).toBe('abc');
    expect(offeredToken(asking({ 'sec-websocket-protocol': 'tiller.999, token.abc' }))).toBeUndefined();
    expect(offeredToken(asking({}))).toBeUndefined();
  });

  it('allows only its own scripts and styles', () => {
    const policy = securityHeaders(loopbackNames(8000))['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });
});
