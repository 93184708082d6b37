import fc from 'fast-check';
import { addressMatches } from '../../../src/engine/inputs/osc-address.js';

describe('addressMatches', () => {
  it.each([
    ['/fader', '/fader', true],
    ['/fader', '/fader/1', false],
    ['/fader/*', '/fader/1', true],
    ['/fader/*', '/fader/1/x', false],
    ['/*/1', '/fader/1', true],
    ['*', '/fader', false],
    ['/fader/?', '/fader/9', true],
    ['/fader/?', '/fader/10', false],
    ['/fader/?', '/fader/', false],
    ['/fader/[1-3]', '/fader/2', true],
    ['/fader/[1-3]', '/fader/4', false],
    ['/fader/[!1-3]', '/fader/4', true],
    ['/fader/[!1-3]', '/fader/2', false],
    ['/fader/[a-]', '/fader/-', true],
    ['/{fader,knob}/1', '/knob/1', true],
    ['/{fader,knob}/1', '/pad/1', false],
    ['/tiller/input/{1,12}', '/tiller/input/12', true],
    ['/a*b*c', '/a-b-b-c', true],
    ['/fader/[1', '/fader/1', false],
    ['/fader.1', '/faderx1', false],
  ])('%s against %s: %s', (pattern, address, matches) => {
    expect(addressMatches(pattern, address)).toBe(matches);
  });

  it('matches every address with stars in place of its parts', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(part, fc.boolean()), { minLength: 1, maxLength: 6 }), (parts) => {
        const address = parts.map(([text]) => `/${text}`).join('');
        const pattern = parts.map(([text, isStar]) => (isStar ? '/*' : `/${text}`)).join('');
        expect(addressMatches(pattern, address)).toBe(true);
        expect(addressMatches(pattern, `${address}/more`)).toBe(false);
      }),
    );
  });

  // A regular expression takes exponential time for these.
  it('ends for a pattern of many stars', () => {
    expect(addressMatches(`/${'*a'.repeat(300)}`, `/${'a'.repeat(900)}b`)).toBe(false);
    expect(addressMatches(`/${'*'.repeat(900)}`, `/${'a'.repeat(900)}`)).toBe(true);
  });
});
