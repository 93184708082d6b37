import fc from 'fast-check';
import { mapBounded } from '../../../src/engine/system/map-bounded.js';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('mapBounded', () => {
  it('keeps the order, and never has more than the limit at work', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (turns, limit) => {
          let atWork = 0;
          let most = 0;
          const results = await mapBounded(turns, limit, async (count) => {
            most = Math.max(most, ++atWork);
            for (let turn = 0; turn < count; turn++) await nextTurn();
            atWork -= 1;
            return count * 2;
          });
          expect(results).toEqual(turns.map((count) => count * 2));
          expect(most).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it('fails with the first failure, and starts nothing after it', async () => {
    let started = 0;
    const mapped = mapBounded([0, 1, 2, 3, 4], 2, async (item) => {
      started += 1;
      await nextTurn();
      if (item === 0) throw new Error('first');
    });
    await expect(mapped).rejects.toThrow('first');
    await nextTurn();
    await nextTurn();
    expect(started).toBeLessThanOrEqual(3);
  });
});
