import { reshapedOrder } from '../../../src/engine/onnx/passes/reshape-axes.js';

describe('the order of axes after a reshape', () => {
  test.each([
    ['channels split into groups', [1, 64, 4], [1, 16, 4, 4], [0, 2, 1], [0, 3, 1, 2]],
    ['time gets an inner axis', [1, 64, 4], [1, 64, 4, 1], [0, 2, 1], [0, 2, 3, 1]],
    ['time and its inner axis merge', [1, 64, 4, 8], [1, 64, 32], [0, 2, 3, 1], [0, 2, 1]],
    ['a folded axis goes', [2, 16, 1, 4], [2, 16, 4], [0, 2, 3, 1], [0, 2, 1]],
    ['nothing is moved', [1, 6, 4], [1, 2, 3, 4], [0, 1, 2], [0, 1, 2, 3]],
  ])('%s', (_name, from, to, order, wanted) => {
    expect(reshapedOrder(from, to, order)).toEqual(wanted);
  });

  test.each([
    ['axes that merge lie apart', [1, 64, 4, 8], [1, 64, 32], [0, 2, 1, 3]],
    ['axes that merge are turned around', [1, 64, 4, 8], [1, 64, 32], [0, 3, 2, 1]],
    ['the sizes do not fall into groups', [1, 6, 4], [1, 8, 3], [0, 2, 1]],
    ['sides merge with channels', [2, 3, 4], [6, 4], [0, 2, 1]],
  ])('is none where %s', (_name, from, to, order) => {
    expect(reshapedOrder(from, to, order)).toBeNull();
  });
});
