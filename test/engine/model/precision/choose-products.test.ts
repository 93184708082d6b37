import fc from 'fast-check';
import {
  matricesWithin,
  productsThatPay,
  savesEnough,
} from '../../../../src/engine/model/precision/choose-products.js';

describe('productsThatPay', () => {
  it('takes those that are clearly faster in 8 bits, and were measured in both forms', () => {
    const exact = new Map([[1, 100], [2, 100], [3, 100], [4, 100]]); // prettier-ignore
    const light = new Map([[1, 50], [2, 84], [3, 90], [5, 1]]); // prettier-ignore
    expect([...productsThatPay(exact, light)]).toEqual([1, 2]);
  });
});

describe('savesEnough', () => {
  const exact = new Map([[1, 100], [2, 100], [3, 800]]); // prettier-ignore
  const light = new Map([[1, 50], [2, 49], [3, 900]]); // prettier-ignore

  it('compares what is saved with the time of all products', () => {
    expect(savesEnough(new Set([1]), exact, light)).toBe(false);
    expect(savesEnough(new Set([1, 2]), exact, light)).toBe(true);
    expect(savesEnough(new Set(), exact, light)).toBe(false);
    expect(savesEnough(new Set(), new Map(), new Map())).toBe(false);
  });
});

describe('matricesWithin', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it('keeps the noise of all below the limit, and could keep no further one', () => {
    fc.assert(
      fc.property(fc.array(share), share, (shares, most) => {
        const costs = shares.map((noiseShare, i) => ({ key: String(i), noiseShare }));
        const kept = matricesWithin(costs, most);
        const sumOf = (all: readonly { noiseShare: number }[]) =>
          all.reduce((sum, { noiseShare }) => sum + noiseShare, 0);
        const inside = costs.filter(({ key }) => kept.has(key)).sort((a, b) => a.noiseShare - b.noiseShare);
        const outside = costs.filter(({ key }) => !kept.has(key));
        expect(sumOf(inside)).toBeLessThanOrEqual(most);
        const next = Math.min(...outside.map(({ noiseShare }) => noiseShare));
        expect(outside.length === 0 || sumOf(inside) + next > most).toBe(true);
      }),
    );
  });

  it('keeps none whose cost is no number', () => {
    expect(matricesWithin([{ key: 'a', noiseShare: NaN }], 1).size).toBe(0);
  });
});
