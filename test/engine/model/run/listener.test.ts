import { type Listener, sameListener } from '../../../../src/engine/model/run/listener.js';
import type { ModelManifest } from '../../../../src/engine/model/manifest.js';

const listener = (change: Partial<Listener> = {}): Listener => ({
  dir: '/library/a',
  manifest: {} as ModelManifest,
  delaySamples: 12,
  adapter: Float32Array.of(1, 2, 3),
  ...change,
});

describe('whether two listeners sound the same', () => {
  it.each([
    ['the same values in other arrays', listener(), listener(), true],
    ['none and none', null, undefined, true],
    ['one and none', listener(), null, false],
    ['none and one', undefined, listener(), false],
    ['another folder', listener(), listener({ dir: '/library/b' }), false],
    ['another delay', listener(), listener({ delaySamples: 13 }), false],
    ['an adapter and none', listener(), listener({ adapter: null }), false],
    ['no adapters', listener({ adapter: null }), listener({ adapter: null }), true],
    ['another weight', listener(), listener({ adapter: Float32Array.of(1, 2, 4) }), false],
    ['a longer adapter', listener(), listener({ adapter: Float32Array.of(1, 2, 3, 4) }), false],
  ])('%s', (_, a, b, expected) => expect(sameListener(a, b)).toBe(expected));
});
