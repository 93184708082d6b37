import { rankCorrelation } from '../../../src/engine/starter-map/rank-correlation.js';

describe('the rank correlation', () => {
  it.each([
    [[1, 2, 3, 4], [10, 20, 30, 1000], 1],
    [[1, 2, 3, 4], [4, 3, 2, 1], -1],
    [[1, 2, 3, 4, 5], [2, 1, 4, 3, 5], 0.8],
    [[1, 1, 2, 2], [1, 1, 2, 2], 1],
    [[1, 2, 3], [7, 7, 7], 0],
  ])('of %j and %j is %d', (a, b, expected) => expect(rankCorrelation(a, b)).toBeCloseTo(expected, 12));
});
