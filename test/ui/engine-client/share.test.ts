import fc from 'fast-check';
import { initialSlices } from '../../../src/ui/engine-client/initial-slices.js';
import { createPageStore, receive } from '../../../src/ui/engine-client/page-store.js';
import { shareParts } from '../../../src/ui/engine-client/share.js';

describe('a state that shares its unchanged parts', () => {
  it('is equal to the new one, and the same object where nothing changed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (last, next) => {
        expect(shareParts(last, next)).toEqual(next);
        if (typeof next === 'object' && next !== null)
          expect(shareParts(next, structuredClone(next))).toBe(next);
      }),
    );
  });

  it('keeps every element but the changed one', () => {
    const last = [
      { a: 1, b: [1, 2] },
      { a: 2, b: [3] },
    ];
    const next = shareParts(last, [
      { a: 1, b: [1, 2] },
      { a: 5, b: [3] },
    ]);
    expect(next[0]).toBe(last[0]);
    expect(next[1]).toEqual({ a: 5, b: [3] });
    expect(next[1]?.b).toBe(last[1]?.b);
  });

  it('distinguishes an array from an object with the same keys, and a missing key from an undefined one', () => {
    expect(shareParts({ 0: 'a' }, ['a'])).toEqual(['a']);
    expect(shareParts<object>({ a: undefined }, { b: undefined })).toEqual({ b: undefined });
  });

  // An echo of one latent rendered the columns of all 128 again.
  it('reaches the page’s store: a change of one latent leaves the others’ steering the same object', () => {
    const store = createPageStore();
    const dimension = {
      mode: 'override',
      amount: 1,
      range: [-4, 4],
      glideSeconds: 0,
      offset: 0,
      locked: false,
    };
    const steering = (first: object) => ({
      amount: 1,
      glideSeconds: 0,
      dimensions: [first, ...Array.from({ length: 127 }, () => ({ ...dimension }))],
    });
    const message = (first: object) =>
      ({ type: 'state', slices: { steering: steering(first) } }) as unknown as Parameters<typeof receive>[1];
    receive(store, message(dimension));
    const before = store.getState().steering.dimensions;
    receive(store, message({ ...dimension, amount: 0.5 }));
    const after = store.getState().steering.dimensions;
    expect(after[0]?.amount).toBe(0.5);
    expect(after.slice(1).every((kept, i) => kept === before[i + 1])).toBe(true);
    expect(initialSlices().steering.dimensions).toEqual([]);
  });
});
